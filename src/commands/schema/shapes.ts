import * as z from 'zod/mini';

import type { PrintedName } from './names.ts';
import { command, configShapes, stateShapes } from './own-shapes.ts';
import { marker, nullableText, provider, text } from './parts.ts';

const exitCode = z.number();

const accessRule = z.object({ id: text, role: text, scopeType: text, scopeId: text, scopeName: nullableText });

const token = z.object({ name: text, createdAt: nullableText, fingerprint: text, state: text, verified: z.boolean() });

const account = z.object({
  provider,
  profile: nullableText,
  id: text,
  name: text,
  description: nullableText,
  organization: nullableText,
  status: z.enum(['active', 'expired', 'disabled', 'deleting', 'error', 'unknown']),
  enabled: z.nullable(z.boolean()),
  clientId: nullableText,
  groups: z.array(text),
  tags: z.record(text, text),
  accessRules: z.nullable(z.array(accessRule)),
  createdAt: nullableText,
  createdBy: nullableText,
  updatedAt: nullableText,
  lastUsedAt: nullableText,
  expiresAt: nullableText,
  tokens: z.array(token),
  raw: z.unknown(),
});

const credential = z.object({
  kind: z.enum(['access-token', 'client-secret', 'api-token']),
  value: nullableText,
  clientId: nullableText,
  expiresAt: nullableText,
  fingerprint: text,
});

const action = z.object({ goal: text, url: text, command: text });

const outcome = {
  verified: z.nullable(z.boolean()),
  reissued: z.boolean(),
  superseded: z.boolean(),
  deliveredTo: z.array(z.object({ target: text, ok: z.boolean(), error: nullableText })),
  recoverId: nullableText,
  actionsRequired: z.array(action),
};

const issued = z.object({ ...account.shape, credential: z.nullable(credential), ...outcome });

const errorObject = z.object({
  code: text,
  message: text,
  hint: nullableText,
  provider: z.nullable(provider),
  status: z.nullable(z.number()),
  traceId: nullableText,
  retryable: z.boolean(),
  exitCode,
  superseded: z.optional(z.literal(true)),
  actionsRequired: z.optional(z.array(action)),
});

const rotated = z.object({ ...issued.shape, exitCode });
const skipped = z.object({ ...account.shape, reason: text, detail: nullableText, exitCode });
const failed = z.object({ ...issued.shape, id: nullableText, name: nullableText, error: errorObject, exitCode });

const deliveries = { delivered: z.array(rotated), skipped: z.array(skipped), failed: z.array(failed) };

const entry = z.object({
  id: text,
  state: text,
  operation: z.nullable(z.enum(['create', 'rotate'])),
  provider: nullableText,
  profile: nullableText,
  organization: nullableText,
  endpoint: nullableText,
  accountId: nullableText,
  accountName: nullableText,
  startedAt: nullableText,
  targets: z.array(text),
  delivered: z.array(text),
  directory: nullableText,
  message: nullableText,
});

const auditEvent = z.object({
  schema: z.number(),
  at: text,
  operation: text,
  outcome: text,
  exitCode: z.nullable(z.number()),
  provider: nullableText,
  profile: nullableText,
  endpoint: nullableText,
  organization: nullableText,
  id: nullableText,
  name: nullableText,
  sandbox: z.boolean(),
  credentialSource: nullableText,
  user: nullableText,
  host: nullableText,
  pid: z.nullable(z.number()),
  ci: z.nullable(
    z.object({
      system: text,
      repository: nullableText,
      workflow: nullableText,
      runId: nullableText,
      actor: nullableText,
      url: nullableText,
    }),
  ),
  expiresBefore: nullableText,
  expiresAfter: nullableText,
  fingerprint: nullableText,
  verified: z.nullable(z.boolean()),
  reissued: z.nullable(z.boolean()),
  targets: z.array(z.object({ target: text, ok: z.boolean() })),
  entry: nullableText,
  error: nullableText,
});

const fleetPlan = {
  accounts: z.array(z.object({ provider, profile: nullableText, organization: nullableText, id: text, name: text })),
  skipped: z.array(skipped),
  failed: z.array(failed),
};

const named = { id: text, name: text, description: nullableText };

/** The shapes of what is printed, one by one. */
export const shapes = {
  account,
  issued,
  'rotation-report': z.object({ rotated: z.array(rotated), ...deliveries, ...marker }),
  'delivery-report': z.object({ ...deliveries, ...marker }),
  deleted: z.object({ deleted: z.boolean(), provider, id: text, name: z.optional(nullableText), ...marker }),
  'dry-run': z.object({
    dryRun: z.literal(true),
    provider: nullableText,
    operation: text,
    requests: z.array(z.object({ method: text, url: text, body: z.optional(z.unknown()) })),
    effects: z.array(text),
    targets: z.array(
      z.object({
        target: text,
        ok: z.boolean(),
        tried: z.optional(z.enum(['read', 'nothing'])),
        stored: z.optional(z.nullable(z.object({ version: nullableText, updatedAt: nullableText }))),
      }),
    ),
    accounts: z.optional(fleetPlan.accounts),
    skipped: z.optional(fleetPlan.skipped),
    failed: z.optional(fleetPlan.failed),
    ...marker,
  }),
  token,
  'access-rule': z.object({ ...accessRule.shape, account: text, raw: z.unknown(), ...marker }),
  group: z.object({ ...named, roles: z.array(text), accounts: z.number(), raw: z.unknown() }),
  role: z.object({ ...named, grantable: z.nullable(z.boolean()), raw: z.unknown() }),
  scope: z.object({
    ...named,
    type: z.enum(['tenant', 'cluster', 'department', 'project']),
    clusterId: nullableText,
    path: text,
    raw: z.unknown(),
  }),
  organization: z.object({ ...named, raw: z.unknown() }),
  identity: z.object({
    provider,
    profile: nullableText,
    endpoint: text,
    credentialSource: text,
    subject: nullableText,
    kind: z.enum(['service-account', 'user', 'unknown']),
    organizations: z.array(text),
    permissions: z.nullable(z.array(text)),
    ...marker,
  }),
  diagnosis: z.object({
    provider: nullableText,
    profile: nullableText,
    check: text,
    level: z.enum(['ok', 'warning', 'error']),
    message: text,
    hint: nullableText,
  }),
  entry: z.object({
    ...entry.shape,
    credential: z.optional(z.nullable(credential)),
    answer: z.optional(nullableText),
    ...marker,
  }),
  discarded: z.object({ discarded: z.boolean(), id: text, provider: nullableText, name: nullableText, ...marker }),
  'audit-event': auditEvent,
  ...stateShapes,
  ...configShapes,
  'schema-name': z.object({ name: text, about: text, commands: z.array(text) }),
  'command-tree': command,
  'help-topic': z.object({
    name: text,
    title: text,
    blocks: z.array(
      z.object({
        kind: z.enum(['title', 'text', 'rows']),
        text: z.optional(text),
        rows: z.optional(z.array(z.object({ term: text, meaning: text }))),
      }),
    ),
  }),
  error: z.object({ error: errorObject, ...marker }),
  note: z.object({ note: z.object({ message: text }), ...marker }),
} as const satisfies Readonly<Record<PrintedName, z.ZodMiniType>>;
