import { verb } from '../verb.ts';

export const check = verb({
  summary: 'Try whether the state store can be relied on',
  description:
    'Tries every right that is needed, under names of its own that are removed in the end; lets 16 writers start at once, and ' +
    'refuses a store where several of them win; and says what the clock of the store tells. Exit 1 where something fails.',
  honours: ['state', 'output'],
  prints: ['store-check'],
  examples: ['sactl state check', "sactl state check -q '.checks[] | select(.ok | not)'"],
  run: async (invocation) => (await import('./stores.ts')).checkStore(invocation),
});
