// @module-tag slow
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { cases } from './cases.ts';
import { entriesIn, observe, type Observed } from './observe.ts';
import { issuingProviders } from '../harness/providers.ts';
import { endingsTable } from './life.ts';
import { fileWorlds } from './targets/files.ts';
import { meetFile } from './targets/meet-file.ts';
import { meetProgram } from './targets/meet-program.ts';
import { programWorlds } from './targets/programs.ts';
import { situations, type Met, type Situation } from './targets/situations.ts';
import { operations } from './world.ts';

const document = fileURLToPath(new URL('../../docs/outcomes.md', import.meta.url));
const seen = new Map<string, string[]>();

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** What holds in every case: the promises that are broken, one sentence each. */
function broken({ ran, world, credential, server }: Observed): readonly string[] {
  const entries = entriesIn(world.stateDirectory).length;
  const isNowhere = credential.startsWith('nobody');
  // What came may hold it, and cannot be read.
  const lostCode = credential.endsWith('the answer is kept') ? 8 : 7;
  const promises: readonly (readonly [holds: boolean, promise: string])[] = [
    [!(world.wasAnswered() && isNowhere), 'a credential that came back is somewhere'],
    [!isNowhere || (ran.code === lostCode && entries === 1), 'that nobody has it is said, and noted'],
    [![1, 2, 3, 4].includes(ran.code) || server === 'as before', 'codes 1 to 4: as before'],
    [![0, 1, 2, 3, 4, 5].includes(ran.code) || entries === 0, 'codes 0 to 5: nothing is open'],
    [ran.code !== 8 || entries === 1, 'code 8: it is kept'],
  ];
  return promises.filter(([holds]) => !holds).map(([, promise]) => promise);
}

/** The row of one command in one case, without the command. */
function rowOf({ ran, stdout, says, server, credential, requests }: Observed): string {
  return [ran.code, stdout, says, server, credential, requests].map((value) => cell(String(value))).join(' | ');
}

describe.each(cases)('$name', (testCase) => {
  for (const provider of issuingProviders) {
    it.each(operations)(`${provider} %s`, async (operation) => {
      const observed = await observe(testCase, provider, operation);
      const { ran, world, requests } = observed;
      expect(broken(observed)).toEqual([]);
      // Nothing is asked more often than it has to be.
      expect(requests).toBeLessThanOrEqual(2);
      expect(world.issued.filter((secret) => ran.stderr.includes(secret))).toEqual([]);
      const { name } = testCase;
      const row = `${operation} on ${provider} | ${rowOf(observed)}`;
      seen.set(name, [...(seen.get(name) ?? []), row]);
    });
  }
});

/** Rows that differ in the command only become one. */
function merge(rows: readonly string[]): readonly string[] {
  const commands = new Map<string, string[]>();
  for (const row of rows) {
    const [command = '', ...rest] = row.split(' | ');
    const outcome = rest.join(' | ');
    commands.set(outcome, [...(commands.get(outcome) ?? []), command]);
  }
  return [...commands].map(([outcome, names]) => `${shortly(names)} | ${outcome}`);
}

function shortly(names: readonly string[]): string {
  if (names.length === 4) return 'all';
  const both = operations.filter((operation) => names.filter((name) => name.startsWith(operation)).length === 2);
  const rest = names.filter((name) => !both.some((operation) => name.startsWith(operation)));
  return [...both, ...rest].join(', ');
}

function table(): string {
  return [
    '| what happens | command | exit | stdout | stderr says | the server | the credential | requests |',
    '|---|---|---|---|---|---|---|---|',
    ...cases.flatMap(({ name }) => merge(seen.get(name) ?? []).map((row) => `| ${name} | ${row} |`)),
  ].join('\n');
}

/** The row of each kind of target, in the order of the situations. */
const met = new Map<string, string[]>();

/** What holds whatever is wrong with a target: the promises that are broken. */
function brokenBy({ ran, world, tries, isThere }: Met): readonly string[] {
  const entries = entriesIn(world.stateDirectory).length;
  const sent = world.mutations();
  const promises: readonly (readonly [holds: boolean, promise: string])[] = [
    [[0, 2, 8].includes(ran.code), 'it is known what became of the credential'],
    [(ran.code === 2) === (sent === 0), 'code 2: nothing was sent'],
    [sent <= 1, 'one credential is issued'],
    [tries === 0 || sent === 1, 'nothing is delivered before it is there'],
    [(ran.code === 0) === isThere, 'code 0: it is in the target'],
    [entries === (ran.code === 8 ? 1 : 0), 'code 8: it is kept'],
    [!world.issued.some((secret) => `${ran.stdout}${ran.stderr}`.includes(secret)), 'nothing secret is printed'],
  ];
  return promises.filter(([holds]) => !holds).map(([, promise]) => promise);
}

function cellOf({ ran, tries, isThere }: Met): string {
  if (ran.code === 2) return '2, nothing sent';
  return `${ran.code}, ${isThere ? 'there' : 'kept'}, ${tries === 1 ? '1 try' : `${tries} tries`}`;
}

type Kind = readonly [kind: string, meet: (situation: Situation) => Promise<Met | null>];

const kinds: readonly Kind[] = [
  ...Object.entries(fileWorlds).map(([kind, file]): Kind => [kind, (situation) => meetFile(file, situation)]),
  ...Object.entries(programWorlds).map(([kind, way]): Kind => [kind, (situation) => meetProgram(way, situation)]),
];

describe.each(kinds)('a target of the kind %s', (kind, meet) => {
  it.each(situations)('%s', async (situation) => {
    const outcome = await meet(situation);
    expect(outcome === null ? [] : brokenBy(outcome)).toEqual([]);
    met.set(kind, [...(met.get(kind) ?? []), outcome === null ? '' : cellOf(outcome)]);
  });
});

function targetsTable(): string {
  return [
    `| \`--to\` | ${situations.join(' | ')} |`,
    `|${'---|'.repeat(situations.length + 1)}`,
    ...kinds.map(([kind]) => `| \`${kind}\` | ${(met.get(kind) ?? []).join(' | ')} |`),
  ].join('\n');
}

it('docs/outcomes.md says so (npm run readme mends it)', async () => {
  const text = readFileSync(document, 'utf8');
  const blocks: Readonly<Record<string, string>> = {
    outcomes: table(),
    endings: endingsTable(),
    targets: targetsTable(),
  };
  const pattern = /(<!-- (\w+): generated -->\n)[^]*?(<!-- end -->)/g;
  expect(new Set([...text.matchAll(pattern)].map(([, , name]) => name))).toEqual(new Set(Object.keys(blocks)));
  const filled = text.replace(pattern, (_, start: string, name: string, end: string) => {
    return `${start}${blocks[name] ?? ''}\n${end}`;
  });
  await expect(filled).toMatchFileSnapshot(document);
});
