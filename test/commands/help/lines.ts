import { split } from 'shlex';

/** One program of a pipeline, with the file that its output goes to. */
export interface Stage {
  readonly words: readonly string[];
  readonly output: string | null;
}

/**
 * The programs of a command line as a shell would start them, as far as examples go: words, quotes, pipes, `<`, `>`, and a
 * command within `$(…)`, which stands for the whole line.
 */
export function stagesOf(line: string): Stage[] {
  const inner = /\$\((.+)\)/.exec(line)?.[1];
  if (inner !== undefined) return stagesOf(inner);
  const pipeline: string[][] = [[]];
  for (const word of split(line)) {
    if (word === '|') pipeline.push([]);
    else pipeline.at(-1)?.push(word);
  }
  return pipeline.flatMap(withInput).map(stageOf);
}

/** What reads a file has it from `cat`. */
function withInput(words: readonly string[]): (readonly string[])[] {
  const at = words.indexOf('<');
  return at === -1 ? [words] : [['cat', words[at + 1] ?? ''], words.toSpliced(at, 2)];
}

function stageOf(words: readonly string[]): Stage {
  const redirection = words.indexOf('>');
  if (redirection === -1) return { words, output: null };
  return { words: words.slice(0, redirection), output: words[redirection + 1] ?? null };
}

/** The words that sactl is given, once for each time that a line runs it. */
export function argvsOf(line: string): (readonly string[])[] {
  return stagesOf(line)
    .filter(({ words }) => words[0] === 'sactl')
    .map(({ words }) => words.slice(1));
}
