import { verb } from '../verb.ts';

export const reset = verb({
  summary: 'Put the sandbox back to its first state',
  description: 'Undoes everything that was done in the sandbox; its accounts are as on the first day.',
  honours: [],
  examples: ['sactl sandbox reset'],
  run: async (invocation) => (await import('./emulators.ts')).resetEmulators(invocation),
});
