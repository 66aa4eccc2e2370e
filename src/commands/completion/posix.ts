import bashEngine from './engine.bash?raw';
import zshEngine from './engine.zsh?raw';
import { choicesOf, pathWords, stepsOf, type Named, type Outline } from './outline.ts';

/** bash shows no descriptions. The engine ends every candidate itself, because some go on: `file:`. */
export function bashScript(outline: Outline): string {
  const engine = bashEngine.replace('PATH_TARGETS', pathWords.map(({ word }) => `${word}:*`).join(' | '));
  return `${engine}\n${posixTables(outline, (name) => name)}\ncomplete -o nospace -F _sactl sactl\n`;
}

/** zsh takes a colon for the start of a description. */
export function zshScript(outline: Outline): string {
  const tables = posixTables(outline, (name, description) =>
    description === '' ? name : `${name.replaceAll(':', String.raw`\:`)}:${description}`,
  );
  const plain = pathWords.filter(({ kind }) => kind.slot === undefined).map(({ word }) => word);
  const slotted = pathWords.filter(({ kind }) => kind.slot !== undefined).map(({ word }) => word);
  const engine = zshEngine.replace('PATH_TARGETS', plain.join('|')).replace('SLOT_TARGETS', slotted.join('|'));
  return `${engine}\n${tables}\n${zshStart}`;
}

/** Called by zsh from its `fpath`, the file is the function; sourced, it has to register it. */
const zshStart = `if [[ $funcstack[1] == _sactl ]]; then
  _sactl "$@"
else
  compdef _sactl sactl
fi
`;

/**
 * The command tree for the engines of bash and zsh: functions with a `case` in each, which read and set the engine's
 * variables. `write` is how the shell writes one candidate.
 */
function posixTables(outline: Outline, write: (name: string, description: string) => string): string {
  const { commands, shared, values, repeatable, short } = outline;
  function add({ names, description }: Named): string {
    return `candidates+=(${names.map((name) => quoted(write(name, description))).join(' ')})`;
  }
  return [
    switchOn('take_word', '$command/$word', [
      ...commands.flatMap(stepsOf).map(({ from, to }) => arm(from, [`command=${quoted(to)}`])),
      "*) command='?' ;;",
    ]),
    switchOn(
      'words',
      '$command',
      commands.map(({ path, words }) => arm([path], words.map(add))),
    ),
    switchOn(
      'flags',
      '$command',
      commands.map(({ path, flags, shared: set }) =>
        arm([path], [...flags.map(add), ...(set === null ? [] : [`_sactl_shared_${set}`])]),
      ),
    ),
    ...shared.map((flags, index) => functionOf(`shared_${index}`, flags.map(add))),
    switchOn(
      'values',
      '$flag',
      [...values].map(([name, of]) => arm([name], [`kind='${of.kind}'`, ...choicesOf(of).map(add)])),
    ),
    switchOn('takes_value', '$1', [arm([...values.keys()], ['return 0']), '*) return 1 ;;']),
    switchOn('is_repeatable', '$1', [arm(repeatable, ['return 0']), '*) return 1 ;;']),
    switchOn('long_name', '$1', [
      ...[...short].map(([letter, name]) => arm([letter], [`name=${name}`])),
      '*) name=$1 ;;',
    ]),
  ].join('\n');
}

function functionOf(name: string, lines: readonly string[]): string {
  return `_sactl_${name}() {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function switchOn(name: string, subject: string, arms: readonly string[]): string {
  const lines = arms.filter((text) => text !== '').flatMap((text) => text.split('\n'));
  return functionOf(name, [`case ${subject} in`, ...lines.map((line) => `  ${line}`), 'esac']);
}

/** Empty where nothing would be done. */
function arm(patterns: readonly string[], lines: readonly string[]): string {
  if (patterns.length === 0 || lines.length === 0) return '';
  const subject = patterns.map((pattern) => `'${pattern}'`).join(' | ');
  const [first, ...more] = lines;
  if (more.length === 0) return `${subject}) ${first} ;;`;
  return [`${subject})`, ...lines.map((line) => `  ${line}`), '  ;;'].join('\n');
}

function quoted(text: string): string {
  return /^[\w./:+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
