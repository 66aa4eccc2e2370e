import {
  credentialKeys,
  profileKeys,
  stateKeys,
  topKeys,
  topKeysOf,
  type ConfigurationKey,
  type KeyKind,
} from '../../config/keys.ts';
import { providerNames } from '../../model/account.ts';
import { formats } from '../../model/format.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const texts = { type: 'array', items: { type: 'string' } };
const list = { anyOf: [{ type: 'string' }, texts] };

/** What each kind of key takes; files are checked more closely than a schema can say. */
const kinds: Readonly<Record<KeyKind, () => JsonSchema>> = {
  provider: () => ({ enum: providerNames }),
  text: () => ({ type: 'string' }),
  columns: () => list,
  format: () => ({ enum: formats }),
  switch: () => ({ enum: ['on', 'off', 'true', 'false', '1', '0', true, false] }),
  path: () => ({ type: 'string' }),
  credential: credentialSchema,
  address: () => ({ type: 'string' }),
  recipients: () => list,
  duration: () => ({ type: 'string', pattern: String.raw`^\s*(\d+[smhdw]\s*)+$` }),
  never: () => ({ const: 'never' }),
  profiles: () => ({ type: 'object', additionalProperties: mappingSchema(profileKeys) }),
  state: () => mappingSchema(stateKeys),
};

/** The schema of the user's configuration file, which has every key. */
export function configSchema(): JsonSchema {
  const allowed = topKeysOf('user');
  const keys = Object.fromEntries(Object.entries<ConfigurationKey>(topKeys).filter(([name]) => allowed.includes(name)));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'sactl configuration',
    ...mappingSchema(keys),
  };
}

function mappingSchema(keys: Readonly<Record<string, ConfigurationKey>>): JsonSchema {
  const all = Object.entries(keys);
  const required = all.filter(([, { isRequired }]) => isRequired === true).map(([name]) => name);
  const properties = all.map(([name, { kind, help, default: usual }]) => {
    return [name, { description: help, ...kinds[kind](), ...(usual !== undefined && { default: usual }) }] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** Exactly one of the ways to name where a credential is. */
function credentialSchema(): JsonSchema {
  const properties = Object.entries(credentialKeys).map(([name, description]) => {
    return [name, { description, ...(name === 'command' ? { ...texts, minItems: 1 } : { type: 'string' }) }] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
  };
}
