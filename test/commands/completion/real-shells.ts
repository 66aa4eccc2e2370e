import { spawnSync } from 'node:child_process';

import type { Shell } from '../../../src/commands/completion/shells.ts';
import { openAnswering, openInteractive, type ShellHome, type ShellSession } from './shell-session.ts';

export interface RealShell {
  readonly name: Shell;
  /** Says in the report whether it was tried. */
  readonly title: string;
  readonly isInstalled: boolean;
  /** `more` is a line that the shell runs after it has loaded the script. */
  readonly open: (home: ShellHome, more?: string) => Promise<ShellSession>;
}

function runs(command: string, ...args: readonly string[]): boolean {
  return process.platform !== 'win32' && spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** The `script` of util-linux; the one of macOS takes other arguments. */
const hasTerminal = runs('script', '--version');

const bashSetup = [
  String.raw`bind '"\C-xa": insert-completions'`,
  String.raw`print_line() { printf '@@@%s@@@' "$READLINE_LINE"; }`,
  String.raw`bind -x '"\C-xd": print_line'`,
  '. "$SCRIPT"',
];

const zshSetup = [
  'autoload -Uz compinit && compinit -u -d "$HOME/.zcompdump"',
  'zle -C all-matches complete-word _generic',
  "bindkey '^Xa' all-matches",
  "zstyle ':completion:all-matches::::' completer _all_matches _complete",
  "zstyle ':completion:all-matches:*' insert yes",
  String.raw`print_line() { printf '@@@%s@@@' "$BUFFER" }`,
  'zle -N print_line',
  "bindkey '^Xd' print_line",
  '. "$SCRIPT"',
];

// What fish finds by letters in the middle of a word is left out: it does so with every command.
function fishAnswers(more: string): string {
  return `source $SCRIPT
${more}
while read --line line
    set --local typed (string match --regex '[^ ]*$' -- $line)
    complete --do-complete "$line" | string replace --regex '\\t.*' '' | string match -- "$typed*"
    printf '@@@'
end`;
}

function powershellAnswers(more: string): string {
  return `. $env:SCRIPT
${more}
while ($null -ne ($line = [Console]::In.ReadLine())) {
    try { (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText } catch { }
    [Console]::Out.Write('@@@')
}`;
}

function installed(name: Shell, isInstalled: boolean): Omit<RealShell, 'open'> {
  const title = isInstalled ? name : `${name} (not installed here, not tried)`;
  return { name, isInstalled, title };
}

/** How the completion of each shell is driven; typed to where it is a shell with a terminal of its own. */
export const realShells: readonly RealShell[] = [
  {
    ...installed('bash', hasTerminal && runs('bash', '-c', '((BASH_VERSINFO[0] >= 4))')),
    open: (home, more = ':') =>
      openInteractive({ command: 'bash --norc --noprofile -i', setup: [...bashSetup, more].join('; ') }, home),
  },
  {
    ...installed('zsh', hasTerminal && runs('zsh', '--version')),
    open: (home, more = ':') => openInteractive({ command: 'zsh -f -i', setup: [...zshSetup, more].join('; ') }, home),
  },
  {
    ...installed('fish', runs('fish', '--version')),
    open: (home, more = 'true') => openAnswering(['fish', '--no-config', '--command', fishAnswers(more)], home),
  },
  {
    ...installed('powershell', runs('pwsh', '-NoProfile', '-Command', 'exit 0')),
    open: (home, more = '') =>
      openAnswering(['pwsh', '-NoProfile', '-NonInteractive', '-Command', powershellAnswers(more)], home),
  },
];
