import { parseArgs } from 'node:util';

import { families, type FamilyName } from './families.ts';
import type { History } from './history.ts';
import { search, textOf } from './search.ts';

// What `npm run simulate` runs, once scripts/simulate.js has bundled it.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    family: { type: 'string' },
    tries: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

const defaultSeeds = 1000;

function isFamily(name: string): name is FamilyName {
  return Object.hasOwn(families, name);
}

function wanted(): readonly FamilyName[] {
  const names = Object.keys(families).filter(isFamily);
  if (values.family === undefined) return names.filter((name) => families[name].isTested);
  if (isFamily(values.family)) return [values.family];
  throw new Error(`there is no family ${values.family}: ${names.join(', ')}`);
}

/** Both given: so many seeds from that one on. */
function range(): { readonly from: number; readonly to: number } {
  const from = Number(values.seed ?? '1');
  const count = Number(values.seeds ?? (values.seed === undefined ? defaultSeeds : 1));
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count)) throw new Error('seeds are whole numbers');
  return { from, to: from + count };
}

async function simulateAll(family: FamilyName): Promise<void> {
  const { from, to } = range();
  const codes = new Map<string, number>();
  function count({ runs }: History, trace: readonly string[]): void {
    if (values.trace) process.stdout.write(`${trace.join('\n')}\n\n`);
    for (const { state, code } of runs) {
      const end = state === 'ended' ? String(code) : state;
      codes.set(end, (codes.get(end) ?? 0) + 1);
    }
  }
  const tries = values.tries === undefined ? {} : { tries: Number(values.tries) };
  const startedAt = performance.now();
  let failures = 0;
  for (let next = from; next < to;) {
    const failure = await search({ family, from: next, to, ...tries, onSeen: count });
    if (failure === null) break;
    failures += 1;
    process.stdout.write(`${textOf(failure)}\n`);
    if (!values['keep-going']) break;
    next = failure.seed + 1;
  }
  if (failures > 0) process.exitCode = 1;
  const ended = [...codes]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([end, times]) => `${end} ${String(times)} times`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(
    `${family}: ${String(failures)} failures in ${seconds} s; runs ended with ${ended.join(', ')}\n`,
  );
}

for (const family of wanted()) await simulateAll(family);
