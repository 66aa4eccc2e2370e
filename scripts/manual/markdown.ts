import type { CommandNode } from '../../src/commands/read-tree.ts';
import type { Mark, Words } from './help-text.ts';
import { findReference, topicTitle, type Block } from './program.ts';

/** Code within a sentence or a cell. */
export function code(text: string): string {
  const inCell = text.replaceAll('|', '\\|');
  return text.includes('`') ? `\`\` ${inCell} \`\`` : `\`${inCell}\``;
}

/** A link to a heading. */
export function linkTo(heading: string, text = heading): string {
  return `[${text}](#${anchorOf(heading)})`;
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  const words = heading.toLowerCase().replaceAll(/[^\w\- ]/g, '');
  return words.replaceAll(' ', '-');
}

/** Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function codeBlock(language: 'sh' | 'console', lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, '```'].join('\n');
}

/** A piece of the manual as Markdown. */
export function markdown(program: CommandNode, block: Block): string {
  if (block.kind === 'code') return codeBlock('console', block.lines);
  if (block.kind === 'title') return `**${prose(program, block.words)}**`;
  if (block.kind === 'text') return prose(program, block.words);
  const rows = block.rows.map(({ term, meaning }) => [prose(program, term), prose(program, meaning)]);
  return table(block.head, rows);
}

/** Prose with links to the commands and topics that it names. */
export function prose(program: CommandNode, words: Words): string {
  return words.map((mark) => inline(program, mark)).join('');
}

function inline(program: CommandNode, { kind, text }: Mark): string {
  if (kind === 'plain') return escapeMarkdown(text);
  if (kind !== 'quoted') return text.split(', ').map(code).join(', ');
  const reference = findReference(program, text);
  if (reference === null) return text.startsWith('sactl ') ? code(text) : `"${escapeMarkdown(text)}"`;
  return linkTo(reference.kind === 'topic' ? topicTitle(reference.name) : reference.path.join(' '), code(text));
}

/** Text that Markdown would take for its own, as GitHub shows it to the letter. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|~]/g, (character) => `\\${character}`);
}
