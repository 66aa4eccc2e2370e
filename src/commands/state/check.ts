import { verb } from '../verb.ts';

export const check = verb({
  summary: 'Check whether the state store is reliable',
  description:
    'Tries every right that is needed, under temporary names; starts 16 writers at once, and refuses a store ' +
    'where more than one of them wins; and says whether the store tells the time. Exit 1 where something ' +
    'fails.',
  honours: ['state', 'output'],
  prints: ['store-check'],
  examples: ['sactl state check', "sactl state check -q '.checks[] | select(.ok | not)'"],
  run: async (invocation) => (await import('./stores.ts')).checkStore(invocation),
});
