import { text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const list = verb({
  summary: 'List what was changed from this machine',
  description:
    'Lists every change that sactl made or tried here, the latest last: who, what, when, which account, where the ' +
    'credential went and the outcome. Credentials are named by their fingerprints only.',
  honours: ['journal', 'output'],
  prints: ['audit-event[]'],
  examples: [
    'sactl audit list --since 7d',
    'sactl audit list --id ci-deploy --limit 1',
    'sactl audit list -q \'.[] | select(.outcome != "done") | [.at, .name, .error]\'',
  ],
  flags: {
    id: text('--id <id>', 'only changes of the account with this id or exact name'),
    since: text('--since <time>', 'only changes since this time: 7d, or 2026-11-01, or a time in ISO 8601'),
    limit: text('--limit <n>', 'only the latest of these, at most this many'),
  },
  run: async (invocation, flags) => (await import('./events.ts')).listEvents(invocation, flags),
});
