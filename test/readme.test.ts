import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { budgetTable } from '../scripts/bench/budgets.js';
import { flagWords, type FlagGuess, type MeantFlag } from '../src/commands/guess/flag-words.ts';
import { nounWords, phrases, verbWords } from '../src/commands/guess/synonyms.ts';
import type { Topic } from '../src/commands/help/topic.ts';
import { topics } from '../src/commands/help/topics.ts';
import { placedKeys } from '../src/config/keys.ts';
import { ciSystems, type CiMask, type CiSummary } from '../src/model/ci-systems.ts';
import { lifeDiagram } from './outcomes/life.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    `| ${head.join(' | ')} |`,
    `|${'---|'.repeat(head.length)}`,
    ...rows.map((row) => `| ${row.map(cellText).join(' | ')} |`),
  ].join('\n');
}

/** In what is no code, an angle bracket would begin a tag. */
function cellText(cell: string): string {
  const text = cell.replaceAll('|', String.raw`\|`);
  return text.includes('`') ? text : text.replaceAll('<', '&lt;');
}

function rowsOf({ blocks: all }: Topic): [string, string][] {
  const rows = all.flatMap((block) => (block.kind === 'rows' ? block.rows : []));
  return rows.map(({ term, meaning }) => [term, meaning]);
}

function asCode([term, meaning]: readonly [string, string]): [string, string] {
  return [term.split(', ').map(code).join(', '), meaning];
}

function code(word: string): string {
  return `\`${word}\``;
}

function maskText(mask: CiMask | null): string {
  if (mask === null) return 'not masked';
  return `masked by ${code(mask.kind === 'command' ? mask.of('…') : [mask.program, ...mask.args].join(' '))}`;
}

function summaryText(summary: CiSummary | null): string {
  if (summary === null) return 'in the log';
  if (summary.kind === 'file') return `added to ${code(`$${summary.variable}`)}`;
  if (summary.kind === 'upload') return `a file in ${code(`$${summary.variable}`)}, by ${code(summary.of('…'))}`;
  return `by ${code([summary.program, ...summary.args].join(' '))}`;
}

function flagRow(guess: FlagGuess): string[] {
  const typed = guess.typed.map(code).join(', ');
  if (!('why' in guess)) {
    const flags = [...new Set(guess.meant.map(meantText))].map(code);
    return [typed, [...flags, ...(guess.note === undefined ? [] : [guess.note])].join(' or ')];
  }
  return [typed, guess.instead === null ? guess.why : `${guess.why}: ${code(`sactl ${guess.instead}`)}`];
}

function meantText({ flag, as }: MeantFlag): string {
  return as === undefined ? flag : `${flag} ${as.replace('{}', '…')}`;
}

/** What documents have in common with help or with the program's own tables, by the names in `<!-- name: generated -->`. */
const blocks: Readonly<Record<string, string>> = {
  'exit codes': table(['code', 'meaning'], rowsOf(topics['exit-codes'])),
  targets: table(['`--to`', 'where the credential goes'], rowsOf(topics.targets).map(asCode)),
  environment: table(['variable', 'what it says'], rowsOf(topics.environment).map(asCode)),
  'configuration keys': table(
    ['key', 'what it is', 'where', 'default', 'example'],
    placedKeys().map(({ path, places, key: { help, flag, variable, default: usual, example } }) => {
      const files = places.map((place) => (place === 'user' ? 'your file' : 'project file'));
      const others = [flag, variable].flatMap((name) => (name === undefined ? [] : [code(name)]));
      const name = path.split('.').at(-1);
      return [
        code(path),
        help,
        [...files, ...others].join(', '),
        usual === undefined ? '' : code(usual),
        example === null ? '' : code(`${name}: ${example}`),
      ];
    }),
  ),
  'ci systems': table(
    ['system', 'known by', 'a new credential in the log', 'an error', 'the result of create and rotate'],
    ciSystems.map(({ title, mark, mask, annotation, summary }) => {
      const command = annotation?.({ title: '…', message: '…' });
      const error = command === undefined ? 'in the log' : `annotated by ${code(command)}`;
      return [title, code(mark), maskText(mask), error, summaryText(summary)];
    }),
  ),
  'ci runs': table(
    ['system', 'page of the run', 'repository', 'workflow', 'run', 'who'],
    ciSystems.map(({ title, page, run: { repository, workflow, runId, actor } }) => {
      const templates = [page, repository, workflow, runId, actor];
      return [title].concat(templates.map((template) => (template === null ? '' : code(template))));
    }),
  ),
  'life of a credential': lifeDiagram(),
  'guessed words': table(
    ['there', 'here'],
    [...phrases, ...nounWords, ...verbWords].map(({ typed, meant }) => [
      typed.map(code).join(', '),
      meant.startsWith('-') || meant.includes(' ') ? code(`sactl ${meant}`) : code(meant),
    ]),
  ),
  budgets: table(budgetTable.head, budgetTable.rows),
  'guessed flags': table(['there', 'here'], flagWords.map(flagRow)),
};

function filled(text: string): string {
  return text.replaceAll(
    /(<!-- ([\w ]+): generated -->\n)[^]*?(<!-- end -->)/g,
    (_, start: string, name: string, end: string) => `${start}${blocks[name] ?? `no table ${name}`}\n${end}`,
  );
}

const guide = readdirSync(`${root}docs/guide`).map((name) => `docs/guide/${name}`);
const pages = ['README.md', 'docs/architecture.md', 'docs/design.md', ...guide];

it.each(pages)('%s has what is made from tables of the program (npm run readme mends it)', async (page) => {
  const text = readFileSync(root + page, 'utf8');
  await expect(filled(text)).toMatchFileSnapshot(root + page);
});

it('everything that is made so is in a document', () => {
  const text = pages.map((page) => readFileSync(root + page, 'utf8')).join('');
  for (const name of Object.keys(blocks)) expect(text).toContain(`<!-- ${name}: generated -->`);
});

it('README.md can be read in five minutes', () => {
  const words = readFileSync(`${root}README.md`, 'utf8').split(/\s+/).length;
  expect(words).toBeLessThan(1000);
});
