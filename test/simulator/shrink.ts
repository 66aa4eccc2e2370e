/**
 * The shortest and mildest list of decisions that is found for which `fails` still holds: parts are left out, and then
 * decisions replaced by smaller ones.
 * @param mostTries how many lists are tried
 */
export async function shrink(
  list: readonly number[],
  fails: (list: readonly number[]) => Promise<boolean>,
  mostTries = Number.POSITIVE_INFINITY,
): Promise<readonly number[]> {
  let best = trimmed(list);
  let tries = 0;
  async function better(candidate: readonly number[]): Promise<boolean> {
    const short = trimmed(candidate);
    if (!isLess(short, best) || tries >= mostTries) return false;
    tries += 1;
    if (!(await fails(short))) return false;
    best = short;
    return true;
  }
  for (let before: readonly number[] | null = null; before !== best;) {
    before = best;
    for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < best.length; at += size) {
        const rest = best.slice(at + size);
        await better([...best.slice(0, at), ...best.slice(at, at + size).map(() => 0), ...rest]);
        if (await better([...best.slice(0, at), ...rest])) at -= size;
      }
    }
    for (let at = 0; at < best.length; at += 1) {
      for (let less = 0; less < (best[at] ?? 0); less += 1) if (await better(best.with(at, less))) break;
    }
  }
  return best;
}

/** Without the zeros at the end, which say nothing: a list that has ended decides 0. */
function trimmed(list: readonly number[]): readonly number[] {
  return list.slice(0, list.findLastIndex((one) => one !== 0) + 1);
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return one.length < other.length;
  return sum(one) < sum(other);
}

function sum(list: readonly number[]): number {
  return list.reduce((total, one) => total + one, 0);
}
