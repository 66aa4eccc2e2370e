import { digest, type Mutant } from './mutants.ts';

/** The folders that mutants are drawn from, in equal shares. */
export const folders = {
  delivery: /^src\/delivery\/[^/]+\.ts$/,
  state: /^src\/state\/.+\.ts$/,
  http: /^src\/http\/.+\.ts$/,
  // What an adapter makes of a lost answer: whether it was done, and what a reading of the account proves.
  adapters:
    /^src\/providers\/(?:answers|nscale\/(?:create|delete|rotate|update)|runai\/(?:create|delete|rotate|rules|update)|augment\/supply)\.ts$/,
} as const;

export type Folder = keyof typeof folders;

export const folderNames = Object.keys(folders) as readonly Folder[];

/** The folder that a file counts for; null where no mutants are drawn from it. */
export function folderOf(file: string): Folder | null {
  if (file.endsWith('.d.ts')) return null;
  return folderNames.find((name) => folders[name].test(file)) ?? null;
}

/** What was drawn, and what had to be left because the compiler finds it. */
export interface Draw {
  readonly mutants: readonly Mutant[];
  readonly rejected: number;
}

/**
 * Draws mutants by a seed, from each folder as many. A mutant's turn depends on the seed and itself alone: a change of the
 * code elsewhere leaves it drawn.
 */
export function draw(
  all: readonly Mutant[],
  { seed, count, compiles }: { seed: string; count: number; compiles: (mutant: Mutant) => boolean },
): Draw {
  let rejected = 0;
  function isWanted(mutant: Mutant): boolean {
    const isFit = compiles(mutant);
    if (!isFit) rejected += 1;
    return isFit;
  }
  const decks = folderNames
    .map((folder) =>
      inTurn(
        all.filter(({ file }) => folderOf(file) === folder),
        seed,
      ),
    )
    .filter((deck) => deck.length > 0);
  const mutants: Mutant[] = [];
  // Round about, so that a folder that has no more leaves its share to the others.
  while (mutants.length < count && decks.some((deck) => deck.length > 0)) {
    for (const deck of decks) {
      if (mutants.length === count) break;
      let mutant = deck.shift();
      while (mutant !== undefined && !isWanted(mutant)) mutant = deck.shift();
      if (mutant !== undefined) mutants.push(mutant);
    }
  }
  return { mutants, rejected };
}

function inTurn(mutants: readonly Mutant[], seed: string): Mutant[] {
  const turns = new Map(mutants.map((mutant) => [mutant, digest(`${seed} ${mutant.id}`)]));
  return mutants.toSorted((one, other) => ((turns.get(one) ?? '') < (turns.get(other) ?? '') ? -1 : 1));
}
