import { accountFlag, deliveryFlags, suppliedFlags } from '../../session/account-flags.ts';
import { on, text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

const { token, allowTenantChange } = suppliedFlags;
const { to, verify, journal, capsule } = deliveryFlags;

export const create = verb({
  summary: 'Add a token to a service account',
  description:
    'Records one more token of an account that may have several, and brings it where --to says. On a terminal it says ' +
    'what to do in the web console and takes the token; elsewhere it comes with -f or --stdin.',
  honours: ['connection', 'output', 'raw', 'change', 'turn'],
  prints: ['issued'],
  needs: 'manual',
  examples: [
    'sactl tokens create --provider augment --id ci-reviewer',
    'sactl tokens create --provider augment --id ci-reviewer --token nightly -f session.json --to gh-secret:acme/app#AUGMENT_SESSION_AUTH',
  ],
  flags: {
    ...accountFlag,
    file: text('-f, --file <path>', 'the new session.json; "-" is standard input'),
    stdin: on('--stdin', 'read the new session from standard input'),
    token,
    to,
    verify,
    allowTenantChange,
    journal,
    capsule,
  },
  run: async (invocation, flags) => (await import('../../session/tokens.ts')).createToken(invocation, flags),
});
