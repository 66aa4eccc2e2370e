import { verb } from './verb.ts';

export const doctor = verb({
  summary: 'Look for what is wrong',
  description:
    'Looks at this machine (configuration, permissions, journal, audit log), then at every profile and every provider ' +
    'in the environment, or at those that are named: settings, proxy, CA, whether the provider answers, the clock, the ' +
    'organization that is set, and the credential with its remaining days. What is wrong with one keeps nothing from ' +
    'being said of the others. Sends what "whoami" sends, and lists organizations and, for the remaining days, ' +
    'accounts. Exit 1 when something keeps commands from working.',
  honours: ['connection', 'fleet', 'output'],
  prints: ['diagnosis[]'],
  examples: [
    'sactl doctor',
    'sactl doctor --provider augment',
    'sactl doctor --profile prod --profile staging --json',
    'sactl doctor -q \'.[] | select(.level != "ok") | [.check, .message, .hint]\'',
  ],
  run: async (invocation) => (await import('./doctor/examine.ts')).examine(invocation),
});
