import { verb } from './verb.ts';

export const doctor = verb({
  summary: 'Check settings, connections and credentials',
  description:
    'Checks this machine (configuration, permissions, journal, audit log), then every profile and every ' +
    'provider in the environment, or those that you name: settings, proxy, CA, whether the provider answers, ' +
    'the clock, the organization, and the credential with its remaining days. A problem with one does not keep' +
    ' the others from being checked. Sends what "whoami" sends, and lists organizations and, for the remaining' +
    ' days, accounts. Exit 1 when something keeps commands from working.',
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
