import { spawn } from 'node:child_process';

/** A program at a terminal of its own, with keys to be typed. */
export interface Terminal {
  readonly type: (keys: string) => void;
  /** What the program prints up to and with a match; it waits for it. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly close: () => void;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** `command` is a line for sh. The terminal is made by `script`, which util-linux brings to every Linux. */
export function openTerminal(command: string, { cwd, env }: TerminalOptions): Terminal {
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { ...env, SHELL: '/bin/sh', TERM: 'dumb' },
  });
  let printed = '';
  let readEvidence: (() => void) | null = null;
  let isOver = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    readEvidence?.();
  });
  child.once('close', () => {
    isOver = true;
    readEvidence?.();
  });
  child.stdin.on('error', () => undefined);
  return {
    type: (keys) => child.stdin.write(keys),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        readEvidence = () => {
          const match = pattern.exec(printed);
          if (match !== null) {
            printed = printed.slice(match.index + match[0].length);
            resolve(match);
          } else if (isOver) {
            reject(new Error(`the program at the terminal ended, after it printed ${printed}`));
          }
        };
        readEvidence();
      }),
    close: () => child.kill('SIGKILL'),
  };
}
