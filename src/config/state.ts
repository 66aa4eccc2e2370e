import type { Context } from '../context.ts';
import { durationForms, parseDuration } from '../model/duration.ts';
import { hasChecksum } from '../model/bech32.ts';
import { describeAddress, readStoreAddress, type StoreAddress } from '../model/store-address.ts';
import { readCredentialSource, type CredentialSource, type SettingsFile } from './credential-source.ts';
import { hasPlace, noHome, userPath } from '../files/home.ts';
import { stateKeys } from './keys.ts';
import {
  environmentSection,
  field,
  itemsOf,
  openMapping,
  readText,
  variableOf,
  type Section,
  type Validated,
  type Validator,
} from './section.ts';
import { defaultSource, describeSource, type Setting, type Source } from './setting.ts';

/** What one source says of where the state is kept (docs/design.md 11); null where it says nothing. */
export interface StateValues {
  readonly store: StoreAddress | null;
  /** Of the store. */
  readonly credential: CredentialSource | null;
  /** Who can open what is kept: age recipients. */
  readonly recipients: readonly string[] | null;
  /** The age key that opens it. */
  readonly identity: CredentialSource | null;
  readonly leaseMs: number | null;
  /** Whether the log of a CI job gets a sealed copy of what is kept on its runner. */
  readonly capsule: boolean | null;
}

/** The settings of the state that a command works with. */
export interface StateSettings {
  readonly store: Setting<StoreAddress>;
  readonly credential: Setting<CredentialSource | null>;
  /** Empty where nothing is sealed. */
  readonly recipients: Setting<readonly string[]>;
  readonly identity: Setting<CredentialSource | null>;
  readonly leaseMs: Setting<number>;
  readonly capsule: Setting<boolean>;
}

/** The part of a profile that says where the state is kept. */
export interface StateProfile {
  readonly name: string;
  readonly state: StateValues | null;
}

/** Where the settings of the state may come from, beside a profile. */
export interface StateSources {
  readonly environment: StateValues;
  readonly user: { readonly values: StateValues | null; readonly path: string | null };
}

/** The shortest lease: a request has to be given up before it ends. */
const shortestLeaseMs = 5000;
const longestLeaseMs = 3_600_000;
const defaultLeaseMs = 120_000;

/** The block `state` of the user's file or of a profile in it; `at` is its place there. */
export function readState(raw: unknown, at: string, file: SettingsFile): StateValues | null {
  const known = Object.keys(stateKeys);
  const section = openMapping(raw, { file: file.path, at, known, problems: file.problems });
  if (section === null) return null;
  const values = {
    ...readValues(section, readWrittenAddress),
    credential: field(section, 'credential', (value) => readCredentialSource(value, file)),
    identity: field(section, 'identity', (value) => readCredentialSource(value, file)),
  };
  const isLost = values.credential !== null && !section.entries.has('store');
  if (isLost) file.problems.push(`${section.label('credential')} is of no store: "store" is missing beside it`);
  return values;
}

/** The variables `SACTL_STATE…`. */
export function readStateEnvironment(ctx: Context, problems: string[]): StateValues {
  const section = environmentSection(ctx.env, stateKeys, problems);
  return {
    ...readValues(section, readAddress),
    credential: null,
    identity: field(section, 'identity', (raw) => readKey(raw, ctx)),
  };
}

function readValues(
  section: Section,
  address: Validator<StoreAddress>,
): Pick<StateValues, 'store' | 'recipients' | 'leaseMs' | 'capsule'> {
  return {
    store: field(section, 'store', address),
    recipients: field(section, 'recipients', readRecipients),
    leaseMs: field(section, 'lease', readLease),
    capsule: field(section, 'capsule', readOnOff),
  };
}

function readAddress(raw: unknown): Validated<StoreAddress> {
  const text = readText(raw);
  return 'problem' in text ? text : readStoreAddress(text.value);
}

/** An address that others may read: one without a password. */
export function readWrittenAddress(raw: unknown): Validated<StoreAddress> {
  const address = readAddress(raw);
  const holdsPassword = 'value' in address && address.value.kind === 'postgres' && address.value.password !== null;
  return holdsPassword ? { problem: 'must not hold a password: "credential" beside it names where it is' } : address;
}

/** An age recipient of the kind X25519. */
const recipientRule = /^age1[02-9ac-hj-np-z]{58}$/;

function readRecipients(raw: unknown): Validated<readonly string[]> {
  const items = typeof raw === 'string' ? raw.split(',') : (itemsOf(raw) ?? []);
  const recipients = items.map((item) => (typeof item === 'string' ? item.trim() : ''));
  if (recipients.length === 0) return { problem: 'must be a list of age recipients (age1…)' };
  // Nothing is quoted: it may be the key.
  const wrong = recipients.findIndex((recipient) => !recipientRule.test(recipient));
  if (wrong === -1) return readWhole(recipients);
  const isKey = /^AGE-SECRET-KEY-/i.test(recipients[wrong] ?? '');
  const what = isKey ? 'is a secret key: give its public key (age-keygen -y)' : 'is not an age recipient (age1…)';
  return { problem: `has an item ${wrong + 1} that ${what}` };
}

/** What was mistyped would seal for nobody. */
function readWhole(recipients: readonly string[]): Validated<readonly string[]> {
  const damaged = recipients.findIndex((recipient) => !hasChecksum(recipient));
  if (damaged === -1) return { value: [...new Set(recipients)] };
  return { problem: `has an item ${damaged + 1} with a typing error: its checksum is wrong` };
}

function readOnOff(raw: unknown): Validated<boolean> {
  const text = typeof raw === 'boolean' ? String(raw) : readText(raw);
  const word = typeof text === 'string' ? text : 'value' in text ? text.value : '';
  if (['on', 'true', '1'].includes(word)) return { value: true };
  if (['off', 'false', '0'].includes(word)) return { value: false };
  return { problem: 'must be on or off' };
}

function readLease(raw: unknown): Validated<number> {
  const leaseMs = typeof raw === 'string' ? parseDuration(raw.trim()) : null;
  if (leaseMs === null) return { problem: `must be a duration: ${durationForms}` };
  if (leaseMs >= shortestLeaseMs && leaseMs <= longestLeaseMs) return { value: leaseMs };
  return { problem: 'must be at least 5s and at most 1h' };
}

/** The key itself, or the path of the file that holds it; nothing of a key is ever quoted. */
function readKey(raw: unknown, ctx: Context): Validated<CredentialSource> {
  // As age-keygen writes it, with comments and in several lines, it is no path either, which messages name.
  if (typeof raw === 'string' && /AGE-SECRET-KEY-/i.test(raw))
    return { value: { kind: 'env', name: stateKeys.identity.variable } };
  const text = readText(raw);
  if ('problem' in text) return text;
  if (!hasPlace(text.value, ctx.homeDirectory)) return { problem: `must not begin with ~/ here: ${noHome}` };
  return { value: { kind: 'file', path: userPath(text.value, ctx) } };
}

/** The settings for work with this profile, or without one: environment, then profile, then the user's file. */
export function stateSettings({ environment, user }: StateSources, profile: StateProfile | null): StateSettings {
  const path = user.path ?? 'the user file';
  const layers = [
    {
      values: environment,
      source: (key: keyof typeof stateKeys): Source => ({ kind: 'env', name: variableOf(stateKeys, key) }),
    },
    {
      values: profile?.state ?? null,
      source: (): Source => ({ kind: 'user', name: `profile ${profile?.name} in ${path}` }),
    },
    { values: user.values, source: (): Source => ({ kind: 'user', name: path }) },
  ];
  function pick<Value>(
    key: keyof typeof stateKeys,
    read: (values: StateValues) => Value | null,
  ): Setting<Value> | null {
    for (const { values, source } of layers) {
      const value = values === null ? null : read(values);
      if (value !== null) return { value, source: source(key) };
    }
    return null;
  }
  // A password is never sent to another store than the one that it is written beside.
  const place = pick('store', ({ store, credential }) => store && { store, credential });
  const source = place?.source ?? defaultSource;
  return {
    store: { value: place?.value.store ?? { kind: 'file' }, source },
    credential: { value: place?.value.credential ?? null, source },
    recipients: pick('recipients', ({ recipients }) => recipients) ?? { value: [], source: defaultSource },
    identity: pick('identity', ({ identity }) => identity) ?? { value: null, source: defaultSource },
    leaseMs: pick('lease', ({ leaseMs }) => leaseMs) ?? { value: defaultLeaseMs, source: defaultSource },
    capsule: pick('capsule', ({ capsule }) => capsule) ?? { value: true, source: defaultSource },
  };
}

/** The credential that the user's file has beside the address of a store; null without one. */
export function credentialBeside(
  { user }: StateSources,
  profiles: Iterable<StateProfile>,
  address: StoreAddress,
): CredentialSource | null {
  const place = describeAddress(address);
  const written = [user.values, ...[...profiles].map(({ state }) => state)];
  const found = written.find((values) => values?.store && describeAddress(values.store) === place);
  return found?.credential ?? null;
}

/** What does not go together in the settings of the state. */
export function stateProblems({ store, credential, recipients }: StateSettings): readonly string[] {
  const { kind } = store.value;
  const where = `the state store of ${describeSource(store.source)} (${describeAddress(store.value)})`;
  const needsRecipients = kind !== 'file' && recipients.value.length === 0;
  const takesNone = credential.value !== null && (kind === 'file' || kind === 'folder' || kind === 'kubernetes');
  return [
    ...(needsRecipients ? [`${where} needs recipients: "recipients" beside it, or SACTL_STATE_RECIPIENTS`] : []),
    ...(takesNone ? [`${where} takes no "credential"`] : []),
  ];
}
