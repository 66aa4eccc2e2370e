import { asText, parseFields, type Fields } from '../model/account.ts';
import type { LogPlace } from './audit-file.ts';
import { readLines } from './audit-read.ts';

/** What an account is known by. */
export interface AccountName {
  readonly provider: string;
  readonly endpoint: string;
  readonly id: string;
}

/**
 * What `lastRotations` calls an account. Its organization is not part of it: an id is of one alone, and not every line
 * says which.
 */
export function accountKeyOf({ provider, endpoint, id }: AccountName): string {
  return JSON.stringify([provider, endpoint, id]);
}

/**
 * When each account last got a credential by `create` or `rotate`, as far as the log knows: the time in ISO 8601 by
 * `accountKeyOf`. An attempt that brought no credential does not count.
 * @throws UsageError when the log is not to be trusted; FailedError (`audit`) when it cannot be read
 */
export async function lastRotations(place: LogPlace): Promise<ReadonlyMap<string, string>> {
  const latest = new Map<string, { readonly at: string; readonly time: number }>();
  await readLines(place, (line) => {
    const found = mayBeIssue.test(line) ? issueIn(parseFields(line) ?? {}) : null;
    if (found === null) return true;
    const known = latest.get(found.key);
    if (known === undefined || known.time <= found.time) latest.set(found.key, found);
    return true;
  });
  return new Map([...latest].map(([key, { at }]) => [key, at]));
}

/** Spares parsing most lines that are about something else. */
const mayBeIssue = /"(?:create|rotate)"/;

const issuing = new Set(['create', 'rotate']);

/** The outcomes of an issue that brought a credential. */
const issued = new Set(['done', 'partial', 'undelivered']);

interface FoundIssue {
  readonly key: string;
  /** ISO 8601, and the same in milliseconds since the epoch. */
  readonly at: string;
  readonly time: number;
}

function issueIn(fields: Fields): FoundIssue | null {
  if (!isOneOf(fields['operation'], issuing) || !isOneOf(fields['outcome'], issued)) return null;
  const provider = asText(fields['provider']);
  const endpoint = asText(fields['endpoint']);
  const id = asText(fields['id']);
  const time = Date.parse(asText(fields['at']) ?? '');
  if (provider === null || endpoint === null || id === null || Number.isNaN(time)) return null;
  return { key: accountKeyOf({ provider, endpoint, id }), at: new Date(time).toISOString(), time };
}

function isOneOf(value: unknown, known: ReadonlySet<string>): boolean {
  return typeof value === 'string' && known.has(value);
}
