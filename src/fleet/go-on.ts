import type { Context } from '../context.ts';
import { ExitCode } from '../errors.ts';
import { sactl, type CommandLine } from '../model/hint.ts';
import { deliveryFlags } from '../session/account-flags.ts';
import { longName, type Flag, type FlagTable } from '../session/flag.ts';
import type { CommonFlags } from '../session/flags.ts';
import type { Listed } from './connections.ts';
import { bulkFlags, isFleet, type RotateFlags } from './flags.ts';
import type { BulkResult } from './items.ts';

/** How long ago a rotation has to be for an account to count as one that is still to be rotated. */
export const recently = { text: '12h', milliseconds: 12 * 3_600_000 } as const;

/** So many ids are a line that can be read; more are told apart by when they were rotated. */
const mostIds = 20;

interface RunLeft {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly flags: RotateFlags;
  readonly lists: readonly Listed[];
}

/**
 * The command that goes on with the accounts that a run left, and rotates none twice; null where it rotated none, so that the
 * same command does it, or left none.
 */
export function goingOn(run: RunLeft, { rotated, skipped, failed }: BulkResult): CommandLine | null {
  const kept = failed.filter(({ exitCode }) => exitCode === ExitCode.undelivered);
  const left = [
    ...failed.filter(({ exitCode }) => exitCode !== ExitCode.undelivered && exitCode !== ExitCode.actionRequired),
    ...skipped.filter(({ reason }) => reason === 'interrupted' || reason === 'stopped'),
  ];
  if (rotated.length + kept.length === 0 || left.length === 0) return null;
  const ids = left.flatMap(({ id }) => (id === null ? [] : [id]));
  const { all, match, id, expiringWithin, olderThan, ageFrom, report: _, ...others } = run.flags;
  const isTimed = expiringWithin !== undefined || olderThan !== undefined;
  const isShort = ids.length === left.length && ids.length <= mostIds;
  const recent = { olderThan: recently.text, ageFrom: 'createdAt' } as const;
  const same = { all, match, id, expiringWithin, olderThan, ageFrom };
  // What was rotated is not due any more by its time.
  const choice = isTimed ? same : isShort ? { id: ids } : { ...same, ...recent };
  const flags = { ...choice, ...others, to: run.flags.to };
  return sactl`serviceaccounts rotate ${connectionOf(run)} ${wordsOf({ ...bulkFlags, ...deliveryFlags }, flags)} ${run.common.yes === true ? ['--yes'] : []}`;
}

/** What a hint does not get by itself: all connections, or the one that was chosen. */
function connectionOf({ ctx, common, lists }: RunLeft): readonly string[] {
  if (isFleet(ctx, common)) return (common.profiles ?? []).length > 1 ? [] : ['--provider', 'all'];
  return (lists[0]?.connected.commandFlags ?? []).flatMap((flag) => flag.filter((word) => word !== undefined));
}

type Value = string | readonly string[] | boolean | undefined;

/** Flags as they are typed. */
function wordsOf(table: FlagTable, values: Readonly<Record<string, Value>>): readonly string[] {
  return Object.entries(table).flatMap(([key, flag]) => typed(flag, values[key]));
}

function typed(flag: Flag, value: Value): readonly string[] {
  const name = longName(flag.flags);
  if (value === undefined || (flag.kind === 'off' && value === true)) return [];
  if (flag.kind === 'off' || value === true) return [name];
  if (value === false) return [name.replace('--', '--no-')];
  return [value].flat().flatMap((one) => [name, one]);
}
