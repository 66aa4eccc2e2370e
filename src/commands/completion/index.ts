import { Argument, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';

import { sactl } from '../../model/hint.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { writeOutput } from '../../output/emit.ts';
import { describe, type Choose } from '../tree.ts';
import type { Invocation } from '../../session/invocation.ts';
import { repeated } from '../../session/flag.ts';
import { shells, type Shell } from './shells.ts';

/** `wholeTree` makes the command tree with every verb in it. */
export function addCompletion(
  root: CommandUnknownOpts,
  choose: Choose,
  wholeTree: () => Promise<CommandUnknownOpts>,
): void {
  describe(root, 'completion', {
    summary: 'Print a script that completes commands in bash, zsh, fish or PowerShell',
    description:
      'Prints a script for your shell, which then completes commands, flags, their values and the names of your ' +
      'profiles. It asks no network and reads no credential.',
    honours: [],
    examples: [
      'sactl completion bash > ~/.local/share/bash-completion/completions/sactl',
      'sactl completion zsh > ~/.zfunc/_sactl',
      'sactl completion fish > ~/.config/fish/completions/sactl.fish',
      'sactl completion powershell | Out-String | Invoke-Expression',
    ],
  })
    .addArgument(new Argument('[shell]', 'your shell').choices(shells))
    .addHelpText('after', installation)
    .action((shell) => choose((invocation) => printScript(invocation, { shell, wholeTree })));
}

async function printScript(
  { ctx }: Invocation,
  { shell, wholeTree }: { shell: Shell | undefined; wholeTree: () => Promise<CommandUnknownOpts> },
): Promise<ExitCode> {
  if (shell === undefined) {
    throw new UsageError(`say for which shell: ${shells.join(', ')}`, { hint: sactl`completion --help` });
  }
  const { completionScript } = await import('./script.ts');
  await writeOutput(ctx, completionScript(shell, { tree: await wholeTree(), isRepeatable }));
  return ExitCode.done;
}

/** Here, because what the writer of scripts imports would be cut out of the chunk that every command loads. */
export function isRepeatable(option: Option): boolean {
  return option.parseArg === repeated;
}

/** How the script comes into each shell, for the end of a help text. */
const installation = `
bash with the package bash-completion: the file above is found by every new shell.
  $ mkdir -p ~/.local/share/bash-completion/completions
bash without it, as on macOS: a line for ~/.bashrc.
  eval "$(sactl completion bash)"

zsh: the file above, and lines for ~/.zshrc before whatever calls compinit there.
  $ mkdir -p ~/.zfunc
  fpath=(~/.zfunc $fpath)
  autoload -Uz compinit && compinit

fish: the file above is found by every new shell.
  $ mkdir -p ~/.config/fish/completions

PowerShell: the line above, in the file that $PROFILE names.

A script in a file starts no program with the shell; write it again after an update of sactl.`;
