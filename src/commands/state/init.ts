import { verb } from '../verb.ts';

export const init = verb({
  summary: 'Make what the state store needs',
  description:
    'Makes the folder of a state store on this machine, or the table of one in PostgreSQL. A bucket and a namespace have to ' +
    'be there: it makes sure that they are. Nothing that is there is changed.',
  honours: ['state', 'output'],
  prints: ['store'],
  examples: ['sactl state init', 'sactl state init --json'],
  run: async (invocation) => (await import('./stores.ts')).initStore(invocation),
});
