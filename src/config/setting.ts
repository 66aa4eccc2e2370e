import type { Format } from '../model/format.ts';
import type { ProviderName } from '../model/account.ts';

/** Where a value comes from. */
export interface Source {
  /** The strongest first; `command` is what the command itself needs. */
  readonly kind: 'flag' | 'env' | 'command' | 'project' | 'user' | 'default';
  /** The flag (`--org`), the variable (`SACTL_ORG`) or the file's path. */
  readonly name: string;
}

export interface Setting<Value> {
  readonly value: Value;
  readonly source: Source;
}

/** Something that was found and not used, e.g. `{ what: 'org in /repo/.sactlrc', why: 'flag --org comes first' }`. */
export interface Ignored {
  readonly what: string;
  readonly why: string;
}

/** `all` is every configured profile and every provider with a credential in the environment. */
export type ProviderChoice = ProviderName | 'all';

/** The plain settings of one source; null where it does not mention them. */
export interface SettingValues {
  readonly provider: ProviderChoice | null;
  readonly profile: string | null;
  readonly org: string | null;
  readonly sandbox: boolean | null;
  readonly columns: readonly string[] | null;
  readonly format: Format | null;
  /** Whether a credential may be printed: nothing but a ban can be said. */
  readonly printSecrets: 'never' | null;
}

export type SettingKey = keyof SettingValues;

/** The settings of one source, e.g. the environment. */
export interface Layer {
  readonly values: SettingValues;
  readonly source: (key: SettingKey) => Source;
}

export const noValues: SettingValues = {
  provider: null,
  profile: null,
  org: null,
  sandbox: null,
  columns: null,
  format: null,
  printSecrets: null,
};

export const settingKeys: readonly SettingKey[] = Object.keys(noValues).filter(isSettingKey);

function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(noValues, key);
}

export const defaultSource: Source = { kind: 'default', name: 'default' };

/** The value of the first of `layers` that has one, which are in order of strength; else null with source `default`. */
export function pickSetting<Key extends SettingKey>(key: Key, layers: readonly Layer[]): Setting<SettingValues[Key]> {
  const layer = layers.find(({ values }) => values[key] !== null);
  if (layer === undefined) return { value: noValues[key], source: defaultSource };
  return { value: layer.values[key], source: layer.source(key) };
}

/** The values of `key` that a stronger layer overrides. */
export function beatenSettings(key: SettingKey, layers: readonly Layer[]): Ignored[] {
  const [first, ...beaten] = layers.filter(({ values }) => values[key] !== null).map((layer) => layer.source(key));
  if (first === undefined) return [];
  return beaten.map((source) => ({
    what: `${key} in ${describeSource(source)}`,
    why: `${describeSource(first)} comes first`,
  }));
}

/** e.g. `flag --org`, `environment variable SACTL_ORG`, `/repo/.sactlrc`, `default`. */
export function describeSource(source: Source): string {
  if (source.kind === 'flag') return `flag ${source.name}`;
  if (source.kind === 'env') return `environment variable ${source.name}`;
  return source.name;
}

/** What may forbid to print a credential: a part of a configuration. */
export interface PrintingRules {
  readonly printSecrets: Setting<'never' | null>;
  readonly profiles: ReadonlyMap<string, { readonly printSecrets: 'never' | null }>;
  readonly files: { readonly user: string | null };
}

/**
 * What forbids to print a credential, as a sentence (docs/design.md 4); null where nothing does. The environment, both files and
 * the profile may forbid it, and none of them can allow what another one forbids.
 */
export function printingBan(
  { printSecrets: { value, source }, profiles, files }: PrintingRules,
  profile: string | null,
): string | null {
  if (value !== null) {
    return source.kind === 'env'
      ? `${source.name} is ${value}`
      : `printSecrets is ${value} in ${describeSource(source)}`;
  }
  const own = profiles.get(profile ?? '')?.printSecrets ?? null;
  return own === null ? null : `printSecrets is ${own} in the profile ${profile} in ${files.user}`;
}
