/** The shells there is a completion script for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof shells)[number];

export function isShell(word: string | undefined): word is Shell {
  return shells.some((shell) => shell === word);
}

/** The file beside the built program that holds the script of a shell. */
export function scriptFile(shell: Shell): string {
  return `completion.${shell}`;
}
