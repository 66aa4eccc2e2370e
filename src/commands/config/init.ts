import { on, text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const init = verb({
  summary: 'Set up a profile: a provider, where its credential is, and the organization',
  description:
    'On a terminal, asks for what the flags leave open, tries the credential, and writes the profile into your configuration ' +
    'file, readable by you alone. Nothing is written where the credential does not work, unless --unchecked. The first profile ' +
    'becomes the one that commands use.',
  honours: ['place', 'output'],
  prints: ['new-profile'],
  flags: {
    name: text('--name <profile>', "the profile's name (default: the provider's)"),
    clientId: text('--client-id <id>', 'the id that belongs to the client secret (Run:ai)'),
    credential: text(
      '--credential <where>',
      'env:<NAME>, file:<path> or command:<program and arguments>: never the secret itself',
    ),
    unchecked: on('--unchecked', 'write the profile without trying the credential'),
  },
  examples: [
    'sactl config init',
    'sactl config init --provider nscale --credential env:NSCALE_SERVICE_TOKEN',
    'sactl config init --provider runai --endpoint https://acme.run.ai --client-id sactl-admin --credential file:~/runai.secret',
  ],
  run: async (invocation, flags) => (await import('./new-profile.ts')).initProfile(invocation, flags),
});
