import { compileMessage, type JqEngine, type JqProgram } from './jq.ts';

const environment =
  'a filter sees nothing of the environment; pass what it needs with --arg name=value, and use it as $name';
const files = 'a filter sees no files';

/** What jq offers of the world outside the document, and why a filter has none of it (docs/design.md 2). */
const outside = {
  $ENV: environment,
  env: environment,
  get_jq_origin: files,
  get_prog_origin: files,
  get_search_list: files,
  input_filename: files,
  modulemeta: files,
} as const;

const words = Object.keys(outside).map(wordOf);
const anyWord = new RegExp(String.raw`(?<!\w)(?:${words.join('|')})(?!\w)`, 'g');

/** A comment; a backslash takes along the end of its line. */
const comment = String.raw`#(?:\\(?:\r?\n|[^\r\n]|\r(?!\n))|[^\\\n])*\n`;

/** A program that begins with one of these words reads files when it is compiled; none begins with one otherwise. */
const modules = new RegExp(String.raw`^(?:\s|${comment})*(import|include|module)(?!\w)`);

/** Why a filter that takes its functions from files is refused, null for any other. It has to be asked before compiling. */
export function moduleProblem({ filter }: JqProgram): string | null {
  const found = modules.exec(filter)?.[1];
  return found === undefined ? null : `"${found}" is not available: ${files}`;
}

/**
 * Why a filter that compiles is refused all the same, null where it stays within the document. Whether a word such as
 * `env` is jq's own or the filter's (a key, text, `def env: 1;`, `. as $ENV`) is left to jq: every such word is replaced by
 * one that jq does not know, and a filter that does not compile any more has used jq's own.
 */
export async function outsideProblem(engine: JqEngine, program: JqProgram): Promise<string | null> {
  if (program.filter.match(anyWord) === null) return null;
  const unknown = unknownWords(program);
  const { exitCode, stderr } = await engine.run(withWords(program, unknown), '');
  return exitCode === 0 ? null : reasonIn(stderr, unknown);
}

/** For each word one of its length, so that places in messages stay, which neither jq nor the program has. */
function unknownWords({ filter, named }: JqProgram): ReadonlyMap<string, string> {
  const taken = [filter, ...named.map(({ name }) => name)].join(' ');
  const unknown = new Map<string, string>();
  let number = 0;
  for (const each of words) {
    while (taken.includes(numbered(number, each.length))) number += 1;
    unknown.set(each, numbered(number, each.length));
    number += 1;
  }
  return unknown;
}

function numbered(number: number, length: number): string {
  return `_${String(number).padStart(length - 1, '0')}`;
}

function withWords({ filter, named }: JqProgram, others: ReadonlyMap<string, string>): JqProgram {
  return {
    filter: renamed(filter, others),
    named: named.map(({ name, value }) => ({ name: renamed(name, others), value })),
  };
}

function renamed(text: string, others: ReadonlyMap<string, string>): string {
  return text.replaceAll(anyWord, (found) => others.get(found) ?? found);
}

function reasonIn(stderr: string, unknown: ReadonlyMap<string, string>): string {
  for (const line of stderr.split('\n')) {
    for (const [name, reason] of Object.entries(outside)) {
      const other = renamed(name, unknown);
      if (line.startsWith(`jq: error: ${other}`))
        return `${compileMessage(line).replace(other, () => name)}: ${reason}`;
    }
  }
  return environment;
}

function wordOf(name: string): string {
  return name.replace('$', '');
}
