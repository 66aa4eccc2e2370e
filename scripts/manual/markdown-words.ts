import type { CommandDoc, FlagDoc } from './command-tree.ts';
import type { CommonFlags } from './common-flags.ts';
import { anchorOf, code, escapeMarkdown, link } from './markdown.ts';
import { marksOf, type Mark } from './marks.ts';
import { findReference, topicTitles } from './references.ts';

/** A sentence of the help as Markdown, with links to the commands and topics that it names. */
export function prose(program: CommandDoc, text: string): string {
  return marksOf(text)
    .map((mark) => markdownOf(program, mark))
    .join('');
}

function markdownOf(program: CommandDoc, { kind, text }: Mark): string {
  if (kind === 'plain') return escapeMarkdown(text);
  if (kind !== 'quoted') return code(text);
  const reference = findReference(program, text);
  if (reference === null) return text.startsWith('sactl ') ? code(text) : `"${escapeMarkdown(text)}"`;
  const title = reference.kind === 'topic' ? topicTitles[reference.name] : reference.path.join(' ');
  return link(code(text), anchorOf(title));
}

/** e.g. `-f`, `--file <path>` */
export function flagCell({ short, long, value }: FlagDoc): string {
  const name = code(value === null ? long : `${long} ${value}`);
  return short === null ? name : `${code(short)}, ${name}`;
}

/** What a flag or an argument is, and what it can be. */
export function meaningCell(program: CommandDoc, { description, choices, ...flag }: Meaning): string {
  const fallback = flag.default ?? null;
  const listed = choices.length === 0 ? '' : `: ${choices.map(code).join(', ')}`;
  const usual = fallback === null ? '' : ` (default: ${code(fallback)})`;
  return `${prose(program, description)}${listed}${usual}`;
}

type Meaning = Pick<FlagDoc, 'description' | 'choices'> & Partial<Pick<FlagDoc, 'default'>>;

export function commonFlagsSentence({ kind, flags }: CommonFlags): string {
  const common = link('Common flags', anchorOf('Common flags'));
  const names = flags.map(code).join(', ');
  if (kind === 'all') return `${common}: all.`;
  return kind === 'except' ? `${common}: all but ${names}.` : `${common}: ${names}.`;
}
