import type { Context } from '../context.ts';
import { accountStatuses } from '../model/account.ts';
import { durationForms, parseDuration } from '../model/duration.ts';
import { quoted } from '../model/text.ts';
import type { SuppliedFlags, DeliveryFlags } from '../session/account-flags.ts';
import type { Check } from '../session/check.ts';
import { choice, list, on, onlyOn, text, type FlagsOf } from '../session/flag.ts';
import type { CommonFlags } from '../session/flags.ts';

/** Which accounts are meant, by what they are. */
const traitFlags = {
  tag: list('--tag <key=value>', 'only accounts with this tag; repeated: with all of them'),
  status: choice('--status <word>', 'only accounts of this status', accountStatuses),
} as const;

export type TraitFlags = FlagsOf<typeof traitFlags>;

/** Which accounts `list` prints, and how. */
export const listFlags = {
  search: text('--search <text>', 'only accounts with this text in name, id, description or client id'),
  ...traitFlags,
  expiringWithin: text('--expiring-within <duration>', 'only accounts that expire within this time, e.g. 14d'),
  olderThan: text('--older-than <duration>', 'only accounts whose credential was issued longer ago, e.g. 60d'),
  unusedFor: text('--unused-for <duration>', 'only accounts that were not used for this time, e.g. 30d'),
  active: onlyOn('augment', on('--active', 'also accounts that were seen at work and are not recorded here (Augment)')),
  sort: text('--sort <column>', 'sort by this column; "-expiresAt" for descending (default: name)'),
  columns: text('--columns <names>', 'columns of table and csv, by name or heading, e.g. name,expires,id'),
  wide: on('--wide', 'all columns that have something in them, none cut'),
  limit: text('--limit <n>', 'print at most this many accounts'),
} as const;

export type ListFlags = FlagsOf<typeof listFlags>;

/** Which accounts `rotate` is about, and how several are worked on. */
export const bulkFlags = {
  id: list('--id <id>', 'id or exact name of an account; may be repeated; "-" reads ids from stdin'),
  all: on('--all', 'all accounts that the credential can see'),
  match: text('--match <glob>', "accounts whose name fits the pattern, e.g. 'ci-*'"),
  ...traitFlags,
  expiringWithin: text('--expiring-within <duration>', 'accounts that expire within this time, e.g. 14d'),
  olderThan: text('--older-than <duration>', 'accounts whose credential was issued longer ago, e.g. 60d'),
  ageFrom: choice(
    '--age-from <time>',
    'with --older-than: where no rotation of an account is recorded, count from its creation',
    ['createdAt'],
  ),
  includeExpired: on('--include-expired', 'also accounts that have expired; with several accounts'),
  includeDisabled: on('--include-disabled', 'also accounts that are disabled; with several accounts'),
  supersede: on('--supersede', 'rotate even if an earlier run kept a credential that cannot be opened here'),
  concurrency: text('--concurrency <n>', 'how many accounts are worked on at once (default: 4)'),
  report: text('--report <file>', 'also write the outcome of each account to this .md or .json file'),
} as const;

export type BulkFlags = FlagsOf<typeof bulkFlags>;

/** All flags of a rotation. */
export interface RotateFlags extends BulkFlags, DeliveryFlags, SuppliedFlags {}

export const selectorFlags = {
  '--all': 'all',
  '--match': 'match',
  '--tag': 'tag',
  '--status': 'status',
  '--expiring-within': 'expiringWithin',
  '--older-than': 'olderThan',
} as const satisfies Record<string, keyof BulkFlags>;

/** Whether a selector chooses accounts by their properties. */
export function isSelected(flags: BulkFlags): boolean {
  return Object.values(selectorFlags).some((key) => flags[key] !== undefined);
}

/** Whether the flags mean several accounts, even if it turns out to be one. */
export function isBulk(flags: BulkFlags): boolean {
  const { id = [] } = flags;
  return id.length > 1 || id.includes('-') || isSelected(flags);
}

/** Whether this run works on several connections. */
export function isFleet({ env }: Context, { provider, profiles = [] }: CommonFlags): boolean {
  if (profiles.length > 1) return true;
  if (provider !== undefined) return provider === 'all';
  return profiles.length === 0 && (env['SACTL_PROVIDER'] ?? '').trim() === 'all';
}

/** The value of a flag such as `--older-than`, in milliseconds; null where it was not given. */
export function checkDuration(flag: string, given: string | undefined): Check<number | null> {
  if (given === undefined) return { value: null, problems: [] };
  const value = parseDuration(given);
  return value === null
    ? { value, problems: [`${flag} ${quoted(given)} must have the form ${durationForms}`] }
    : { value, problems: [] };
}
