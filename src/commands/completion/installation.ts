/** How the script comes into each shell, for the end of a help text. */
export const installation = `
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
