import type { Seen } from './seen.ts';

const colours = /\p{Cc}\[\d+(?:;\d+)*m/gu;

/** What clears a line that is drawn anew. */
const anew = /\r\p{Cc}\[K/gu;

/** Commands of our own, which hide a credential. */
export const masks = /^(?:::add-mask::|##vso\[task\.setsecret\]).*$/gm;

/** What is before the text of an error, for the runner. */
const annotations = /^(?:::error title=[^:\n]*::|##vso\[task\.logissue type=error\])/gm;

/** Text that a terminal or the runner of a job takes for a command; null where there is none. */
export function steering(text: string, { command }: Pick<Seen, 'command'>): string | null {
  const lines = text.replaceAll('\r\n', '\n');
  const plain = command.terminal === null ? lines : lines.replaceAll(colours, '').replaceAll(anew, '\n');
  const control = /(?![\n\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.exec(plain);
  if (control !== null) return JSON.stringify(plain.slice(Math.max(0, control.index - 60)));
  const foreign = plain.replaceAll(masks, '').replaceAll(annotations, '');
  return /^\s*::.*$|^.*##(?:\[|vso\[|teamcity\[).*$/m.exec(foreign)?.[0] ?? null;
}

/** What a shell would run in a command that is offered, outside of its single quotes. */
export function substitution({ stderr }: Seen): string | null {
  const hints = [...stderr.matchAll(/^.*hint:(.*)$|"hint":"((?:[^"\\]|\\.)*)"/gm)];
  const commands = hints.map(([, line = '', json = '']) => line + json).filter((hint) => hint.includes('sactl '));
  return commands.find((hint) => /\$\(|`/.test(hint.replaceAll(/'[^']*'/g, ''))) ?? null;
}

/** Whether no filter prints what it likes: its strings are raw. */
export function isUnfiltered({ argv }: Seen): boolean {
  return !argv.some((word) => /^--query|^-\w*q/.test(word));
}
