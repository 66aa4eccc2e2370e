import { asText, fieldsOf, type Fields } from '../model/fields.ts';
import { safeText } from '../model/text.ts';
import { auditSchema, type AuditCi, type AuditEvent, type AuditTarget } from './audit-event.ts';

/**
 * The event that a line's fields say; null when it does not say what happened when. Nothing in it is believed: what has
 * another type than it should is unknown, and what this version does not know is left out.
 */
export function storedEvent(fields: Fields): AuditEvent | null {
  const at = text(fields['at']);
  const operation = text(fields['operation']);
  const outcome = text(fields['outcome']);
  if (at === null || operation === null || outcome === null) return null;
  if (Number.isNaN(Date.parse(at))) return null;
  return {
    schema: whole(fields['schema']) ?? auditSchema,
    at,
    operation,
    outcome,
    exitCode: whole(fields['exitCode']),
    provider: text(fields['provider']),
    profile: text(fields['profile']),
    endpoint: text(fields['endpoint']),
    organization: text(fields['organization']),
    id: text(fields['id']),
    name: text(fields['name']),
    sandbox: fields['sandbox'] === true,
    credentialSource: text(fields['credentialSource']),
    user: text(fields['user']),
    host: text(fields['host']),
    pid: whole(fields['pid']),
    ci: ciOf(fieldsOf(fields['ci'])),
    expiresBefore: text(fields['expiresBefore']),
    expiresAfter: text(fields['expiresAfter']),
    fingerprint: text(fields['fingerprint']),
    verified: truth(fields['verified']),
    reissued: truth(fields['reissued']),
    targets: targetsOf(fields['targets']),
    entry: text(fields['entry']),
    error: text(fields['error']),
  };
}

/** Text of printable ASCII, in which nothing steers anything: most of it is. */
const plain = /^(?!::|[^]*##)[!-~](?:[ -~]*[!-~])?$/;

function text(value: unknown): string | null {
  const found = asText(value);
  return found === null || plain.test(found) ? found : safeText(found);
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

function truth(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function ciOf(fields: Fields): AuditCi | null {
  const system = text(fields['system']);
  if (system === null) return null;
  return {
    system,
    repository: text(fields['repository']),
    workflow: text(fields['workflow']),
    runId: text(fields['runId']),
    actor: text(fields['actor']),
  };
}

function targetsOf(value: unknown): readonly AuditTarget[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((item) => {
    const fields = fieldsOf(item);
    const target = text(fields['target']);
    return target === null ? [] : [{ target, ok: fields['ok'] === true }];
  });
}
