import { safeText } from './text.ts';

/**
 * A word as a POSIX shell takes it, for commands in hints: they are pasted into one, and ids and names are chosen by the
 * provider, or by whoever may name accounts there.
 */
export function shellWord(text: string): string {
  const line = safeText(text);
  return /^[\w.:/@%+-]+$/.test(line) ? line : `'${line.replaceAll("'", String.raw`'\''`)}'`;
}
