/**
 * A command line in lines of at most `width` characters where that goes, each continued as a shell reads it. It is
 * broken before flags, pipes and redirections only, and never inside quotes.
 */
export function shellLines(command: string, width: number): string[] {
  if (command.length <= width) return [command];
  const lines: string[] = [];
  for (const part of partsOf(command)) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last} ${part}`;
    if (last === undefined) lines.push(part);
    else if (joined.length <= width - continuation.length) lines[lines.length - 1] = joined;
    else lines.push(`    ${part}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line}${continuation}` : line));
}

const continuation = ' \\';

/** Words with quotes left in place, those of one flag together. */
function partsOf(command: string): string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  const parts: string[] = [];
  for (const word of words) {
    if (parts.length === 0 || /^(?:--?[a-z]|[|>])/.test(word)) parts.push(word);
    else parts[parts.length - 1] += ` ${word}`;
  }
  return parts;
}
