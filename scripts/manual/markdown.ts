/** Text that Markdown would take for its own, as GitHub shows it to the letter. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|~]/g, (character) => `\\${character}`);
}

/** Code within a sentence or a cell. */
export function code(text: string): string {
  const inCell = text.replaceAll('|', '\\|');
  return text.includes('`') ? `\`\` ${inCell} \`\`` : `\`${inCell}\``;
}

export function link(text: string, anchor: string): string {
  return `[${text}](#${anchor})`;
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

/** Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(row).join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function codeBlock(language: 'sh' | 'console', lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, '```'].join('\n');
}
