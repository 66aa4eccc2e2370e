import engine from './engine.fish?raw';
import { choicesOf, pathPattern, stepsOf, type Named, type Outline } from './outline.ts';

/** The engine, what it knows of the command tree as functions with a `switch` in each, and its registration. */
export function fishScript({ commands, shared, values, repeatable, short }: Outline): string {
  return [
    engine.replace('PATH_TARGETS', pathPattern),
    switchOn('step', [
      ...commands.flatMap(stepsOf).map(({ from, to }) => arm(from, [echo(to)])),
      arm(['*'], [echo('?')]),
    ]),
    switchOn(
      'words',
      commands.map(({ path, words }) => arm([path], words.flatMap(print))),
    ),
    switchOn(
      'flags',
      commands.map(({ path, flags, shared: set }) =>
        arm([path], [...flags.flatMap(print), ...(set === null ? [] : [`__sactl_shared_${set}`])]),
      ),
    ),
    ...shared.map((flags, index) => functionOf(`shared_${index}`, flags.flatMap(print))),
    switchOn(
      'kind',
      [...values].map(([name, { kind }]) => arm([name], [echo(kind)])),
    ),
    switchOn(
      'choices',
      [...values].map(([name, of]) => arm([name], choicesOf(of).flatMap(print))),
    ),
    functionOf('takes_value', [`contains -- $argv[1] ${[...values.keys()].join(' ')}`]),
    functionOf('is_repeatable', [`contains -- $argv[1] ${repeatable.join(' ')}`]),
    switchOn('long_name', [
      ...[...short].map(([letter, name]) => arm([letter], [echo(name)])),
      arm(['*'], ['echo -- $argv[1]']),
    ]),
    "complete -c sactl -f -a '(__sactl_complete)'\n",
  ].join('\n');
}

function functionOf(name: string, lines: readonly string[]): string {
  return `function __sactl_${name}\n${lines.map((line) => `    ${line}\n`).join('')}end\n`;
}

function switchOn(name: string, arms: readonly string[]): string {
  const lines = arms.filter((text) => text !== '').flatMap((text) => text.split('\n'));
  return functionOf(name, ['switch "$argv[1]"', ...lines.map((line) => `    ${line}`), 'end']);
}

/** Empty where nothing would be done. */
function arm(patterns: readonly string[], lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return [`case ${patterns.map(quoted).join(' ')}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

function echo(text: string): string {
  return `echo -- ${quoted(text)}`;
}

function print({ names, description }: Named): string[] {
  return names.map((name) => `printf '%s\\t%s\\n' ${quoted(name)} ${quoted(description)}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
