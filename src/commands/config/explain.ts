import { verb } from '../verb.ts';

export const explain = verb({
  summary: 'Show every setting and where it comes from',
  description:
    'Prints every setting, the connection that a command would use, what was found and is not used, and the profiles. ' +
    'Credentials are named and not read, and nothing is sent.',
  honours: ['connection', 'organization', 'output'],
  prints: ['settings'],
  examples: [
    'sactl config explain',
    'sactl config explain --profile prod --json',
    "sactl config explain -q '.profiles[].name'",
  ],
  run: async (invocation) => (await import('./explanation.ts')).explainSettings(invocation),
});
