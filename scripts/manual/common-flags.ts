import type { CommandDoc } from './command-tree.ts';

/** Which common flags a command honours, told as shortly as it goes. */
export interface CommonFlags {
  readonly kind: 'all' | 'except' | 'only';
  readonly flags: readonly string[];
}

/** Null for what takes no common flags, as `sactl help` does. */
export function commonFlagsOf(program: CommandDoc, command: CommandDoc): CommonFlags | null {
  const honoured = command.commonFlags.filter((flag) => flag !== '--version');
  if (honoured.length === 0) return null;
  const refused = program.flags
    .map(({ long }) => long)
    .filter((flag) => !command.commonFlags.includes(flag) && flag !== '--help');
  if (refused.length === 0) return { kind: 'all', flags: [] };
  return refused.length < honoured.length ? { kind: 'except', flags: refused } : { kind: 'only', flags: honoured };
}
