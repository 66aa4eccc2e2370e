import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { outlineOf, type IsRepeatable, type Outline } from './outline.ts';
import { powershellScript } from './powershell.ts';
import type { Shell } from './shells.ts';
import { zshScript } from './zsh.ts';

const writers = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
} as const satisfies Record<Shell, (outline: Outline) => string>;

export interface ScriptOptions {
  /** Every verb is in it. */
  readonly tree: CommandUnknownOpts;
  readonly isRepeatable: IsRepeatable;
}

/** The script that completes this command tree. */
export function completionScript(shell: Shell, { tree, isRepeatable }: ScriptOptions): string {
  return writers[shell](outlineOf(tree, isRepeatable));
}
