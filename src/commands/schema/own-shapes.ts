import * as z from 'zod/mini';

import { marker, nullableText, provider, text } from './parts.ts';

const holder = z.object({
  host: text,
  process: z.number(),
  run: nullableText,
  since: nullableText,
  leaseSeconds: z.number(),
  entry: nullableText,
});

const generation = z.nullable(z.number());
const copied = z.object({ copied: z.number(), present: z.number() });

/** What `state` prints. */
export const stateShapes = {
  store: z.object({ store: text, message: text, ...marker }),
  'store-check': z.object({
    store: text,
    ok: z.boolean(),
    checks: z.array(z.object({ check: text, ok: z.boolean(), milliseconds: z.number(), message: text })),
    ...marker,
  }),
  hold: z.object({
    account: text,
    name: nullableText,
    provider: nullableText,
    organization: nullableText,
    endpoint: nullableText,
    id: nullableText,
    hold: z.enum(['idle', 'held', 'dead', 'lapsed', 'unknown']),
    heldBy: z.nullable(holder),
    generation,
    entries: z.array(z.object({ id: text, operation: text, state: text, startedAt: nullableText })),
    issuedAt: nullableText,
    ...marker,
  }),
  unlocked: z.object({
    unlocked: z.boolean(),
    account: text,
    provider: nullableText,
    id: nullableText,
    name: nullableText,
    generation,
    ...marker,
  }),
  migrated: z.object({
    from: text,
    to: text,
    entries: copied,
    events: copied,
    accounts: z.number(),
    unreadable: z.number(),
    removed: z.boolean(),
    ...marker,
  }),
} as const;

const connection = z.object({
  provider,
  profile: nullableText,
  endpoint: nullableText,
  endpointSource: nullableText,
  credential: text,
  ca: nullableText,
  caSource: nullableText,
  organization: nullableText,
  organizationSource: nullableText,
});

const profile = z.object({ name: text, provider, endpoint: nullableText, org: nullableText, credential: text });

/** What `config` prints. */
export const configShapes = {
  setting: z.object({ key: text, value: z.unknown(), path: z.optional(text) }),
  settings: z.object({
    settings: z.array(z.object({ name: text, value: z.unknown(), source: nullableText })),
    connection: z.nullable(connection),
    problem: nullableText,
    ignored: z.array(z.object({ what: text, why: text })),
    profiles: z.array(profile),
    files: z.object({ user: nullableText, project: nullableText }),
    ...marker,
  }),
  'config-path': z.object({ path: text, exists: z.boolean() }),
  'new-profile': z.object({
    profile: text,
    provider,
    path: text,
    isDefault: z.boolean(),
    organization: nullableText,
    subject: nullableText,
  }),
} as const;

const choices = z.nullable(z.array(text));

const commandArgument = z.object({
  name: text,
  required: z.boolean(),
  repeatable: z.boolean(),
  description: text,
  choices,
});

const flag = z.object({
  name: text,
  short: nullableText,
  kind: z.enum(['switch', 'choice', 'duration', 'text']),
  value: nullableText,
  description: text,
  choices,
  default: nullableText,
  repeatable: z.boolean(),
  group: nullableText,
});

/** A command and all below it. */
export const command = z.object({
  name: text,
  path: z.array(text),
  aliases: z.array(text),
  summary: text,
  description: text,
  arguments: z.array(commandArgument),
  flags: z.array(flag),
  commonFlags: z.array(text),
  prints: z.array(text),
  examples: z.array(text),
  get commands() {
    return z.array(command);
  },
});
