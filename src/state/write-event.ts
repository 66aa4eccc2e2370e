import type { Context } from '../context.ts';
import { safeText } from '../model/text.ts';
import {
  auditSchema,
  outcomeOf,
  type AuditCi,
  type AuditEvent,
  type AuditFact,
  type AuditTarget,
} from './audit-event.ts';
import { ciOf, userOf } from './system.ts';

/** What an event says of the process that wrote it. */
export type AuditWriter = Pick<Context, 'now' | 'userId' | 'self' | 'env'>;

/** No text of an account or a message is longer; what is cut ends in `…`. */
const longestText = 2000;

/** A fact with who, where and when. */
export function eventOf(fact: AuditFact, writer: AuditWriter): AuditEvent {
  const { operation, exitCode, outcome = outcomeOf(exitCode), connection, account } = fact;
  return {
    schema: auditSchema,
    at: new Date(writer.now()).toISOString(),
    operation,
    outcome,
    exitCode,
    provider: connection?.provider ?? null,
    profile: text(connection?.profile),
    endpoint: text(connection?.endpoint),
    organization: text(account.organization),
    id: text(account.id),
    name: text(account.name),
    sandbox: connection?.isSandbox ?? false,
    credentialSource: text(connection?.credentialSource),
    user: text(userOf(writer)),
    host: text(writer.self.host),
    pid: writer.self.pid,
    ci: safeCi(ciOf(writer.env)),
    expiresBefore: text(fact.expiresBefore),
    expiresAfter: text(fact.expiresAfter),
    fingerprint: text(fact.fingerprint),
    verified: fact.verified ?? null,
    reissued: fact.reissued ?? null,
    targets: (fact.targets ?? []).map(safeTarget),
    entry: text(fact.entry),
    error: text(fact.error),
  };
}

function text(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : safeText(value, longestText);
}

function safeTarget({ target, ok }: AuditTarget): AuditTarget {
  return { target: safeText(target, longestText), ok };
}

function safeCi(ci: AuditCi | null): AuditCi | null {
  if (ci === null) return null;
  const { system, repository, workflow, runId, actor } = ci;
  return {
    system,
    repository: text(repository),
    workflow: text(workflow),
    runId: text(runId),
    actor: text(actor),
  };
}
