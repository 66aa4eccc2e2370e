import { spawn } from 'node:child_process';

import { openTerminal } from './terminal.ts';

/** A home with a configuration, a program called sactl on its path, and a completion script. */
export interface ShellHome {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Path of the script. */
  readonly script: string;
}

/** A shell that has loaded the script. */
export interface ShellSession {
  /** The words that it offers in place of the last one of the line. */
  readonly offers: (line: string) => Promise<readonly string[]>;
  /** Puts all that it offers into the line and presses Enter, where it is a shell with a line to type in. */
  readonly runAll?: (line: string) => Promise<void>;
  /** Presses Tab and waits until the shell prints what matches. */
  readonly shows?: (line: string, pattern: RegExp) => Promise<string>;
  readonly close: () => void;
}

/** Puts every candidate into the line, as real as a Tab and easier to read. */
const insertAll = '\u0018a';
/** Prints the line between two marks. */
const printLine = '\u0018d';
const killLine = '\u0015';

const endOfAnswer = '@@@';

/** A shell that is typed to; `setup` is a line that binds the two keys and loads the script. */
export async function openInteractive(
  { command, setup }: { command: string; setup: string },
  { path, env }: ShellHome,
): Promise<ShellSession> {
  const terminal = openTerminal(command, { cwd: path, env });
  async function lineAfter(keys: string): Promise<string> {
    terminal.type(`${keys}${printLine}`);
    const [, line = ''] = await terminal.until(/@@@(.*?)@@@/s);
    terminal.type(killLine);
    return line;
  }
  terminal.type(`${setup}; printf 'rea'dy\r`);
  await terminal.until(/ready/);
  return {
    offers: async (line) => newWords(line, await lineAfter(`${line}${insertAll}`)),
    runAll: async (line) => {
      await lineAfter(`${line}${insertAll}\r`);
    },
    shows: async (line, pattern) => {
      terminal.type(`${line}\t\t`);
      const [shown] = await terminal.until(pattern);
      terminal.type(killLine);
      return shown;
    },
    close: terminal.close,
  };
}

/** A shell that answers each line of its standard input with candidates, one a line, and then a mark. */
export async function openAnswering(
  [command = '', ...args]: readonly string[],
  { path, env }: ShellHome,
): Promise<ShellSession> {
  const child = spawn(command, args, { cwd: path, env, stdio: ['pipe', 'pipe', 'ignore'] });
  const texts = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  return {
    offers: async (line) => {
      child.stdin.write(`${line}\n`);
      let answer = '';
      while (!answer.includes(endOfAnswer)) {
        const { value, done } = await texts.next();
        if (done === true) throw new Error(`${command} ended, after it printed ${answer}`);
        answer += String(value);
      }
      return answer.slice(0, answer.indexOf(endOfAnswer)).split(/\r?\n/).filter(Boolean).map(valueOf);
    },
    close: () => child.kill('SIGKILL'),
  };
}

/** What stands where the last word of the line was; nothing where the line is as before. */
function newWords(before: string, after: string): readonly string[] {
  if (before === after) return [];
  const words = after.slice(before.lastIndexOf(' ') + 1).match(/(?:[^ \\]|\\.)+/g) ?? [];
  return words.map((word) => valueOf(word.replaceAll(/\\(.)/g, '$1')));
}

/**
 * The part of a word that was completed, which some shells give alone: `--provider=nscale`, `file:token`, `name,id`.
 * PowerShell writes files as `'./my file'`.
 */
function valueOf(word: string): string {
  const value = word.replace(/^.*[=:,](?=.)/, '').replace(/[, ]$/, '');
  return value.replace(/^'(.*)'$/, '$1').replace(/^\.\//, '');
}
