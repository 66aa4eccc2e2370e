import { split } from 'shlex';

/** The words of a command line, as a POSIX shell would split them; null where a quote or an escape is not ended. */
export function wordsOf(line: string): readonly string[] | null {
  try {
    return split(line);
  } catch {
    return null;
  }
}
