/**
 * The one of `candidates` that `word` is a misspelling of: one slip away, or two in a word of eight letters or more. Null where
 * there is none or several are as near: a guess that is far off leads astray.
 */
export function misspelt(word: string, candidates: Iterable<string>): string | null {
  const most = word.length < 8 ? 1 : 2;
  const near = [...new Set(candidates)]
    .filter((candidate) => candidate.length > 2 && Math.abs(candidate.length - word.length) <= most)
    .map((candidate) => ({ candidate, slips: slipsBetween(word, candidate) }))
    .filter(({ slips }) => slips <= most)
    .toSorted((a, b) => a.slips - b.slips);
  const [best, next] = near;
  return best === undefined || best.slips === next?.slips ? null : best.candidate;
}

/** How many letters are missing, too many, wrong, or swapped with the next (the distance of optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
