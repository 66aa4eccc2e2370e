import { folderNames, folderOf } from './draw.ts';
import type { Mutant } from './mutants.ts';
import { explained } from './survivors.ts';
import type { Verdict } from './trial.ts';

export interface Result {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

/** Of a hundred mutants that are valid, so many have to be killed. */
export const wanted = 95;

/** What share of the valid mutants was killed, in percent; 100 where there was none. */
export function killedShare(results: readonly Result[]): number {
  const valid = results.filter(({ verdict }) => verdict.kind !== 'invalid').length;
  const killed = results.filter(({ verdict }) => verdict.kind === 'killed').length;
  return valid === 0 ? 100 : (100 * killed) / valid;
}

/** The figures by folder, and each survivor with its explanation, if it has one. */
export function reportOf(results: readonly Result[], facts: { rejected: number; seconds: number }): string {
  const survivors = results.filter(({ verdict }) => verdict.kind === 'survived');
  const rows = folderNames.map((folder) =>
    row(
      folder,
      results.filter(({ mutant }) => folderOf(mutant.file) === folder),
    ),
  );
  const lines = [
    ...survivors.map(lineOf),
    ...(survivors.length === 0 ? [] : ['']),
    [''.padEnd(10), ...columns.map((column) => column.padStart(9)), '  killed %'].join(''),
    ...rows,
    row('all', results),
    '',
    `${String(facts.rejected)} more do not compile and were not counted; ${String(facts.seconds)} s`,
  ];
  return `${lines.join('\n')}\n`;
}

const columns = ['drawn', 'killed', 'survived', 'invalid'] as const;

function row(name: string, results: readonly Result[]): string {
  const counts = columns.map((column) =>
    column === 'drawn' ? results.length : results.filter(({ verdict }) => verdict.kind === column).length,
  );
  const cells = counts.map((count) => String(count).padStart(9));
  return [name.padEnd(10), ...cells, killedShare(results).toFixed(1).padStart(10)].join('');
}

/** One line on a survivor. */
function lineOf({ mutant, verdict }: Result): string {
  const { id, file, line, operator, change } = mutant;
  const why = explained[id]?.why ?? `NOT EXPLAINED, ${verdict.by}`;
  return `survived ${id} ${file}:${String(line)} (${operator}) ${change}: ${why}`;
}
