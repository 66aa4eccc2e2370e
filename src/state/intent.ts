import type { ProcessIdentity } from '../context.ts';
import { asText, fieldsOf, oneOf, providerNames, type Fields, type ProviderName } from '../model/account.ts';

export const operations = ['create', 'rotate'] as const;

export type Operation = (typeof operations)[number];

/** What is about to be asked of a provider, and what is needed to find and finish it later. Holds no secret. */
export interface Intent {
  /** The entry's id, e.g. a UUID; on nscale also the value of the tag `sactl-operation`. */
  readonly id: string;
  readonly operation: Operation;
  readonly connection: EntryConnection;
  /** The account as it was before; for a create, all but its name may be null. */
  readonly account: EntryAccount;
  /** Names of the targets, e.g. `file:secrets/ci.token`; none is stdout. */
  readonly targets: readonly string[];
  /** The folder that relative paths in them are against. */
  readonly directory: string;
}

/** An intent as the journal has it. */
export interface RecordedIntent extends Intent {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly process: ProcessName;
  /** Whether an answer is kept with its secret; not with `--no-journal`. */
  readonly keepsSecret: boolean;
}

export interface EntryConnection {
  readonly provider: ProviderName;
  readonly profile: string | null;
  readonly endpoint: string;
  readonly organization: string | null;
  readonly isSandbox: boolean;
  /** Path of `--ca-cert`. */
  readonly caFile: string | null;
}

export interface EntryAccount {
  readonly id: string | null;
  readonly name: string;
  readonly clientId: string | null;
  readonly expiresAt: string | null;
}

/** Whose entry it is. */
export type ProcessName = Pick<ProcessIdentity, 'pid' | 'host'>;

/** The intent in an entry's first line; null when something is missing that everything else depends on. */
export function parseIntent(fields: Fields): RecordedIntent | null {
  const id = asText(fields['id']);
  const operation = oneOf(fields['operation'], operations);
  const startedAt = asText(fields['startedAt']);
  const startedBy = processName(fields['process']);
  const connection = parseConnection(fieldsOf(fields['connection']));
  const account = parseAccount(fieldsOf(fields['account']));
  if (id === null || operation === null || startedAt === null || startedBy === null) return null;
  if (connection === null || account === null) return null;
  return {
    id,
    operation,
    startedAt,
    process: startedBy,
    connection,
    account,
    targets: Array.isArray(fields['targets']) ? fields['targets'].filter(isText) : [],
    directory: asText(fields['directory']) ?? '/',
    keepsSecret: fields['keepsSecret'] === true,
  };
}

function parseConnection(fields: Fields): EntryConnection | null {
  const provider = oneOf(fields['provider'], providerNames);
  const endpoint = asText(fields['endpoint']);
  if (provider === null || endpoint === null) return null;
  return {
    provider,
    profile: asText(fields['profile']),
    endpoint,
    organization: asText(fields['organization']),
    isSandbox: fields['isSandbox'] === true,
    caFile: asText(fields['caFile']),
  };
}

function parseAccount(fields: Fields): EntryAccount | null {
  const name = asText(fields['name']);
  if (name === null) return null;
  return {
    id: asText(fields['id']),
    name,
    clientId: asText(fields['clientId']),
    expiresAt: asText(fields['expiresAt']),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** What a process is called; null when that is not what it says. */
function processName(value: unknown): ProcessName | null {
  const { pid, host } = fieldsOf(value);
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
  return typeof host === 'string' ? { pid, host } : null;
}
