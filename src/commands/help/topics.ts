import type { TopicName } from './topic-names.ts';
import { Help } from '@commander-js/extra-typings';

import { credentialFields } from '../../delivery/targets/field.ts';
import { kindsWhere, targetForms } from '../../delivery/targets/kinds.ts';
import { exitCodeMeanings } from '../../errors.ts';
import { listOf } from '../../model/text.ts';
import { environmentParts } from './environment.ts';
import { config } from './config.ts';
import { flags } from './flags.ts';
import { setup } from './setup.ts';
import { rowsOf, type HelpBlock, type Topic } from './topic.ts';

const otherFields = credentialFields.filter((field) => field !== 'value');

const targets: Topic = {
  title: 'Targets (--to)',
  blocks: [
    { kind: 'rows', rows: targetForms().map(({ form, meaning }) => ({ term: form, meaning })) },
    {
      kind: 'text',
      text:
        "{provider}, {profile}, {org}, {id} and {name} stand for the account's own, but not in the name of a program, " +
        'repository, project, namespace or mount; {NAME} is the name in upper case, with _ for all but letters and digits. ' +
        'At its very end, ?field=<part> makes a target take another part of the credential than its value: ' +
        `${listOf(otherFields, 'or')}.`,
    },
    {
      kind: 'text',
      text:
        'A path may begin with ~/. New files are readable by you alone; a file that is there keeps its owner and mode. ' +
        'Links and special files are refused, and a file is replaced as a whole or not at all.',
    },
    {
      kind: 'text',
      text:
        'Every target is tried before anything is sent, as far as its program can tell: ' +
        `${listOf(kindsWhere(({ tried }) => tried === 'read'))} show that they are there, and not whether they may be ` +
        `written; of ${listOf(kindsWhere(({ tried }) => tried === 'nothing'))} nothing can be tried. With --to nothing ` +
        'secret is printed. What cannot be delivered within a minute stays in the journal: see "sactl recover list".',
    },
  ],
};

/** The texts of `sactl help`, by the words that ask for them. */
export const topics = {
  setup,
  config,
  flags,
  'exit-codes': { title: 'Exit codes', blocks: [rowsOf(exitCodeMeanings)] },
  targets,
  environment: {
    title: 'Environment variables',
    blocks: environmentParts().flatMap(({ title, rows }): HelpBlock[] => [
      { kind: 'title', text: title },
      rowsOf(rows),
    ]),
  },
} as const satisfies Readonly<Record<TopicName, Topic>>;

/** Lines that are longer are hard to read. */
const widest = 100;

/** Meanings in a column that is narrower are, too. */
const narrowest = 30;

/** A topic in the layout of all other help, in lines of at most `width` characters. */
export function topicText({ title, blocks }: Topic, width: number): string {
  const help = new Help();
  help.minWidthToWrap = narrowest;
  help.prepareContext({ helpWidth: Math.min(width, widest) });
  const texts = blocks.map((block) => (block.kind === 'title' ? block.text : `${blockText(block, help)}\n`));
  return `${title}\n\n${texts.join('\n')}`;
}

function blockText(block: HelpBlock, help: Help): string {
  if (block.kind !== 'rows') return help.boxWrap(block.text, help.helpWidth ?? widest);
  const longest = Math.max(...block.rows.map(({ term }) => term.length));
  const termWidth = Math.min(longest, (help.helpWidth ?? widest) - narrowest - 4);
  return block.rows.map(({ term, meaning }) => rowText(term, termWidth, meaning, help)).join('\n');
}

/** A term that is too long for its column has a line of its own. */
function rowText(term: string, termWidth: number, meaning: string, help: Help): string {
  if (term.length <= termWidth) return help.formatItem(term, termWidth, meaning, help);
  return `${help.formatItem(term, termWidth, '', help)}\n${help.formatItem('', termWidth, meaning, help)}`;
}
