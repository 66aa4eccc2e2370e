import { text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const open = verb({
  summary: "Put credentials from a CI job's log into the journal",
  description:
    'Finds the sealed copies that sactl printed into the log of a CI job, opens them with the identity of the ' +
    'configuration, and puts them into the journal of this machine, whose other entries stay as they are. Each' +
    ' line of the log may begin with the time and the markers of a CI system. No credential is printed; "sactl' +
    ' recover deliver" brings it where it belongs.',
  honours: ['journal', 'output'],
  prints: ['entry[]'],
  examples: ['sactl recover open < job.log', 'sactl recover open -f job.log -q .[].id'],
  flags: { file: text('-f, --file <path>', 'the log; "-" is standard input (default)') },
  run: async (invocation, { file }) => (await import('./capsules.ts')).openCapsules(invocation, file ?? '-'),
});
