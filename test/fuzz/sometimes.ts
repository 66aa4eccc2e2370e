import fc from 'fast-check';

export type Pairs = Readonly<Record<string, string>>;

/** Nothing, but `weight` times of `of`. */
export function sometimes(pairs: fc.Arbitrary<Pairs>, weight: number, of: number): fc.Arbitrary<Pairs> {
  return fc.oneof({ weight: of - weight, arbitrary: fc.constant({}) }, { weight, arbitrary: pairs });
}
