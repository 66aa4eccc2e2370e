import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { readTree, type IsRepeatable } from '../read-tree.ts';
import { fishScript } from './fish.ts';
import { outlineOf, type Outline } from './outline.ts';
import { bashScript, zshScript } from './posix.ts';
import { powershellScript } from './powershell.ts';
import type { Shell } from './shells.ts';

const writers = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
} as const satisfies Record<Shell, (outline: Outline) => string>;

/** The script that completes this command tree, which has every verb in it. */
export function completionScript(
  shell: Shell,
  { tree, isRepeatable }: { readonly tree: CommandUnknownOpts; readonly isRepeatable: IsRepeatable },
): string {
  return writers[shell](outlineOf(readTree(tree, isRepeatable)));
}
