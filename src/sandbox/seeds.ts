import { hashSecret } from './records.ts';

const dayMs = 86_400_000;

/**
 * The state that a seed describes. In a seed, `"-2.5 days"` stands for that time, counted from `now`, and
 * `"sha256 of x"` for the hash of `x`.
 * @param now milliseconds since the epoch
 * @param print how the provider writes times
 * @param isState whether parsed JSON is a state of the provider
 */
export function firstDay<State>(
  seed: unknown,
  now: number,
  print: (milliseconds: number) => string,
  isState: (value: unknown) => value is State,
): State {
  const state: unknown = JSON.parse(JSON.stringify(seed), (_, value: unknown) => {
    if (typeof value !== 'string') return value;
    const days = /^(-?\d+(?:\.\d+)?) days$/.exec(value)?.[1];
    if (days !== undefined) return print(now + Number(days) * dayMs);
    const secret = /^sha256 of (.+)$/.exec(value)?.[1];
    return secret === undefined ? value : hashSecret(secret);
  });
  if (isState(state)) return state;
  throw new TypeError('the seed is not a state');
}

/** The ids of a seed's records, by the key that a record has there. */
export function idsOf<Key extends string, Id>(records: Readonly<Record<Key, { readonly id: Id }>>): Record<Key, Id> {
  const ids = Object.entries<{ readonly id: Id }>(records).map(([key, { id }]) => [key, id]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the records
  return Object.fromEntries(ids) as Record<Key, Id>;
}
