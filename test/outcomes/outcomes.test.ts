import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { cases } from './cases.ts';
import { entriesIn, observe, type Observed } from './observe.ts';
import { issuingProviders } from '../harness/providers.ts';
import { endingsTable } from './life.ts';
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

it('docs/outcomes.md says so (npm run readme mends it)', async () => {
  const text = readFileSync(document, 'utf8');
  const blocks: Readonly<Record<string, string>> = { outcomes: table(), endings: endingsTable() };
  const pattern = /(<!-- (\w+): generated -->\n)[^]*?(<!-- end -->)/g;
  expect(new Set([...text.matchAll(pattern)].map(([, , name]) => name))).toEqual(new Set(Object.keys(blocks)));
  const filled = text.replace(pattern, (_, start: string, name: string, end: string) => {
    return `${start}${blocks[name] ?? ''}\n${end}`;
  });
  await expect(filled).toMatchFileSnapshot(document);
});
