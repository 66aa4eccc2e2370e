import { HttpError } from '../../http/error.ts';
import type { Connection } from './connection.ts';
import { isForbidden } from './api.ts';
import { AccessRuleRead } from './schema.ts';

/** What `accessrules create` and a create with rights ask for, with ids. */
export interface Grant {
  /** The account's name, because rules bind by name (docs/contracts/runai.md 15.8). */
  readonly subject: string;
  readonly roleId: string;
  readonly scopeType: string;
  readonly scopeId: string;
  readonly clusterId: string | null;
}

/** The rules of these subjects; null where the caller may not read rules. */
export async function readableRules(
  { api }: Connection,
  subjects: readonly string[],
): Promise<AccessRuleRead[] | null> {
  try {
    return await api.accessRules(subjects);
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
}

/** The body of a new rule; `app` is what service accounts were called before 2.24. */
export async function ruleBody({ api }: Connection, grant: Grant): Promise<Record<string, unknown>> {
  const era = await api.era();
  return {
    subjectId: grant.subject,
    subjectType: era === 'apps' ? 'app' : 'service-account',
    roleId: Number(grant.roleId),
    scopeId: grant.scopeId,
    scopeType: grant.scopeType,
    ...(grant.clusterId === null ? {} : { clusterId: grant.clusterId }),
  };
}

const rulesPath = '/api/v1/authorization/access-rules';

/**
 * Adds a rule. A 409 means that it is there already, although no specification lists it (docs/contracts/runai.md 7).
 */
export async function addRule(
  connection: Connection,
  body: Record<string, unknown>,
  signal: AbortSignal,
): Promise<AccessRuleRead | null> {
  const { api } = connection;
  const request = {
    method: 'POST',
    url: rulesUrl(connection),
    purpose: `grant a role to ${String(body['subjectId'])}`,
    json: body,
    signal,
  } as const;
  try {
    return (await api.send(request, AccessRuleRead)).wire;
  } catch (error) {
    if (error instanceof HttpError && error.status === 409) return null;
    throw error;
  }
}

/** Where rules are made. */
export function rulesUrl({ api }: Connection): string {
  return api.url(rulesPath);
}

/** One rule's address. */
export function ruleUrl({ api }: Connection, id: string): string {
  return api.url(`${rulesPath}/${encodeURIComponent(id)}`);
}

/** Removes a rule; one that is gone already is fine. */
export async function removeRule(connection: Connection, id: string, signal: AbortSignal): Promise<void> {
  const url = ruleUrl(connection, id);
  const purpose = `delete access rule ${id}`;
  try {
    await connection.api.sendOnly({ method: 'DELETE', url, purpose, signal });
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 404) throw error;
  }
}
