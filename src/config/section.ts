import { providerNames, type ProviderName } from '../model/account.ts';
import { formats } from '../model/format.ts';
import type { Context } from '../context.ts';
import { variable } from './directories.ts';
import type { ConfigurationKey } from './keys.ts';
import type { ProviderChoice, SettingValues } from './setting.ts';

/** A value that was accepted, or what is wrong with it as it reads after its name: `must not be empty`. */
export type Validated<Value> = { readonly value: Value } | { readonly problem: string };

export type Validator<Value> = (raw: unknown) => Validated<Value>;

/** Named raw values from one source: the flags, the environment, or one mapping of a file. */
export interface Section {
  readonly entries: ReadonlyMap<string, unknown>;
  /** How a key is named in a problem, e.g. `SACTL_ORG` or `/repo/.sactlrc: "org"`. */
  readonly label: (key: string) => string;
  /** Collects the problems of all sections of one run. */
  readonly problems: string[];
}

/** The variables of `keys` that are set, by the names of the keys. */
export function environmentSection(env: Context['env'], keys: Keys, problems: string[]): Section {
  const set = Object.entries(keys).map(([key, { variable: name }]) => {
    return [key, name === undefined ? undefined : (variable(env, name) ?? undefined)] as const;
  });
  return { entries: new Map<string, unknown>(set), label: (key) => variableOf(keys, key), problems };
}

type Keys = Readonly<Record<string, ConfigurationKey>>;

/** The variable that says what `key` does in a file; its own name where there is none. */
export function variableOf(keys: Keys, key: string): string {
  return keys[key]?.variable ?? key;
}

/** The accepted value of `key`, or null when it is absent or wrong; a problem is added to the section's. */
export function field<Value>(section: Section, key: string, read: Validator<Value>): Value | null {
  const raw = section.entries.get(key);
  if (raw === undefined) return null;
  const parsed = read(raw);
  if ('value' in parsed) return parsed.value;
  section.problems.push(`${section.label(key)} ${parsed.problem}`);
  return null;
}

/** All plain settings of a section. */
export function readSettings(section: Section, provider: Validator<ProviderChoice>): SettingValues {
  return {
    provider: field(section, 'provider', provider),
    profile: field(section, 'profile', readText),
    org: field(section, 'org', readText),
    sandbox: field(section, 'sandbox', readSwitch),
    columns: field(section, 'columns', readColumns),
    format: field(section, 'format', (raw) => readOneOf(raw, formats)),
    printSecrets: field(section, 'printSecrets', readNever),
  };
}

/** One provider, as files may name it. */
export function readProvider(raw: unknown): Validated<ProviderName> {
  return readOneOf(raw, providerNames);
}

/** One provider or `all`, as flags and environment may name it. */
export function readProviderChoice(raw: unknown): Validated<ProviderChoice> {
  return readOneOf(raw, [...providerNames, 'all'] as const);
}

/** One line of trimmed text. A problem never quotes the value: it may be a secret in the wrong place. */
export function readText(raw: unknown): Validated<string> {
  if (raw === null) return { problem: 'must not be empty' };
  if (typeof raw !== 'string') return { problem: `must be text, not ${kindOf(raw)}` };
  const value = raw.trim();
  if (value === '') return { problem: 'must not be empty' };
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return { problem: 'must be one line without control characters' };
  return { value };
}

function readOneOf<Name extends string>(raw: unknown, names: readonly Name[]): Validated<Name> {
  const parsed = readText(raw);
  if ('problem' in parsed) return parsed;
  const name = names.find((candidate) => candidate === parsed.value);
  if (name !== undefined) return { value: name };
  return { problem: `must be ${names.slice(0, -1).join(', ')} or ${names.slice(-1).join('')}` };
}

/** A ban. That there is none is said by leaving it out, so that nothing can lift one. */
export function readNever(raw: unknown): Validated<'never'> {
  const text = readText(raw);
  return 'value' in text && text.value === 'never'
    ? { value: 'never' }
    : { problem: 'must be "never", or be removed: no setting can allow what another one forbids' };
}

function readColumns(raw: unknown): Validated<readonly string[]> {
  const list: readonly unknown[] | null = typeof raw === 'string' ? raw.split(',') : itemsOf(raw);
  if (list === null) return { problem: 'must be a list of column names' };
  const columns: string[] = [];
  for (const item of list) {
    const parsed = readText(item);
    if ('problem' in parsed) return { problem: 'must be a list of column names, none empty' };
    columns.push(parsed.value);
  }
  return columns.length === 0 ? { problem: 'must not be empty' } : { value: columns };
}

function readSwitch(raw: unknown): Validated<boolean> {
  if (raw === true || raw === '1' || raw === 'true') return { value: true };
  if (raw === false || raw === '0' || raw === 'false') return { value: false };
  return { problem: 'must be 1, true, 0 or false' };
}

export interface MappingOptions {
  readonly file: string;
  /** Where the mapping stands in the file, e.g. `profiles.prod`; null for the file itself. */
  readonly at: string | null;
  readonly known: readonly string[];
  /** Keys that only the user file may have. */
  readonly untrusted?: ReadonlySet<string>;
  readonly problems: string[];
}

/** The known keys of a file's mapping as a section; null, with a problem, when it is not a mapping. */
export function openMapping(raw: unknown, options: MappingOptions): Section | null {
  const { file, at, known, problems } = options;
  const all = mappingOf(raw);
  if (all === null) {
    const self = at === null ? 'the file' : `"${at}"`;
    problems.push(`${file}: ${self} must be a mapping of keys to values`);
    return null;
  }
  const prefix = at === null ? '' : `${at}.`;
  const entries = new Map<string, unknown>();
  for (const [key, value] of all) {
    if (known.includes(key)) {
      entries.set(key, value);
    } else if (options.untrusted?.has(key) === true) {
      problems.push(`${file}: "${key}" may not be set in a project file`);
    } else {
      problems.push(`${file}: ${unknownKey(key, options)}`);
    }
  }
  return { entries, label: (key) => `${file}: "${prefix}${key}"`, problems };
}

/** Only what looks like a misspelt word is quoted: in a file that was meant for something else, a key may be a secret. */
function unknownKey(key: string, { at, known }: MappingOptions): string {
  const isWord = /^[A-Za-z][A-Za-z_.-]{0,23}$/.test(key);
  if (isWord) return `unknown key "${at === null ? '' : `${at}.`}${key}"`;
  return `${at === null ? 'it' : `"${at}"`} has an unknown key; the keys are ${known.join(', ')}`;
}

/** The items of a JSON or YAML list, null for anything else. */
export function itemsOf(raw: unknown): readonly unknown[] | null {
  return Array.isArray(raw) ? raw : null;
}

function kindOf(raw: unknown): string {
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'number' || typeof raw === 'bigint') return 'a number (put it in quotes)';
  if (typeof raw === 'boolean') return 'true or false (put it in quotes)';
  return 'a mapping';
}

/** The entries of a JSON or YAML mapping, null for anything else. */
export function mappingOf(raw: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
  return new Map<string, unknown>(Object.entries(raw));
}
