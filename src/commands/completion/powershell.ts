import engine from './engine.ps1?raw';
import { choicesOf, pathPattern, stepsOf, type Named, type Outline } from './outline.ts';

/** The engine, with what it knows of the command tree as the contents of its tables. */
export function powershellScript({ commands, shared, values, repeatable, short }: Outline): string {
  const lines = [
    `$repeatable = @(${repeatable.map(quoted).join(', ')})`,
    ...[...short].map(([letter, name]) => entry('longNames', letter, quoted(name))),
    ...commands.flatMap(stepsOf).flatMap(({ from, to }) => from.map((words) => entry('steps', words, quoted(to)))),
    ...commands.map(({ path, words }) => entry('words', path, pairs(words))),
    ...shared.map((flags, index) => `$shared${index} = ${pairs(flags)}`),
    ...commands.map(({ path, flags, shared: set }) =>
      entry('flags', path, set === null ? pairs(flags) : `${pairs(flags)} + $shared${set}`),
    ),
    ...[...values].flatMap(([name, of]) => [
      entry('kinds', name, quoted(of.kind)),
      entry('choices', name, pairs(choicesOf(of))),
    ]),
  ];
  const tables = lines.map((line) => `    ${line}`).join('\n');
  return engine.replace('PATH_TARGETS', pathPattern).replace('    # tables', () => tables);
}

function entry(table: string, key: string, value: string): string {
  return `$${table}[${quoted(key)}] = ${value}`;
}

/** Names and descriptions in turn. */
function pairs(all: readonly Named[]): string {
  const words = all.flatMap(({ names, description }) => names.flatMap((name) => [quoted(name), quoted(description)]));
  return `@(${words.join(', ')})`;
}

/** In single quotes; PowerShell takes the typographic ones for the same. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\u2018-\u201B]/g, '$&$&')}'`;
}
