import { providerNames } from '../model/account.ts';
import { asText, type Fields, fieldsOf, oneOf } from '../model/fields.ts';
import { type EntryAccount, type EntryConnection, operations, type RecordedIntent } from './intent.ts';
import { processName } from './process-name.ts';

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
