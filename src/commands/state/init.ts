import { verb } from '../verb.ts';

export const init = verb({
  summary: 'Make what the state store needs',
  description:
    'Makes the folder of a state store on this machine, or the table of one in PostgreSQL. A bucket or a ' +
    'namespace must exist, which is checked. Nothing that exists is changed.',
  honours: ['state', 'output'],
  prints: ['store'],
  examples: ['sactl state init', 'sactl state init --json'],
  run: async (invocation) => (await import('./stores.ts')).initStore(invocation),
});
