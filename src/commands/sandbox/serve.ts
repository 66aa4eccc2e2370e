import { providerNames } from '../../model/account.ts';
import { listOf } from '../../model/text.ts';
import { providersWith, registry } from '../../providers/registry.ts';
import { faultEffects } from '../../sandbox/faults/fault.ts';
import { controlPlanes, defaultControlPlane } from '../../sandbox/runai/versions.ts';
import { choice, list, text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const serve = verb({
  summary: 'Serve the emulators over HTTP',
  description:
    'Serves the emulators on 127.0.0.1 until Ctrl-C, with the state that --sandbox uses, and prints the variables ' +
    'that point a client at them, as lines for a shell.',
  honours: [],
  examples: [
    'sactl sandbox serve --port 8080',
    'sactl sandbox serve --control-plane 2.20',
    "sactl sandbox serve --fault 'nscale.rotate=drop-after-commit@1'",
  ],
  notes: faultsHelp,
  flags: {
    port: text('--port <n>', 'port; 0 takes a free one (default: 8642)'),
    controlPlane: choice(
      '--control-plane <version>',
      `the version of Run:ai's control plane (default: ${defaultControlPlane})`,
      controlPlanes,
    ),
    fault: list('--fault <fault>', 'what goes wrong on purpose, see below; may be repeated'),
  },
  run: async (invocation, flags) => (await import('./emulators.ts')).serveEmulators(invocation, flags),
});

/** The syntax of faults and what each does, for the end of the help. */
function faultsHelp(): string {
  const effects = Object.entries(faultEffects);
  const width = Math.max(...effects.map(([name]) => name.length));
  const lines = effects.map(([name, effect]) => `  ${name.padEnd(width)}  ${effect}`);
  // What a person does in a console has no requests that change something.
  const manual = providersWith('manual').map((name) => registry[name].fullName);
  return `
Faults, as <provider>.<operation>=<fault>[@<nth>]:
${lines.join('\n')}
The provider is ${listOf(providerNames, 'or')}; the operation is list, create, update, rotate,
delete, read (any other GET), token (Run:ai) or * (any request); ${listOf(manual)} can only be read.
With @<nth> only the nth of these requests is hit, counted from 1 since the start; without
it every one.`;
}
