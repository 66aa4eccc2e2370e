import type { ProviderName } from '../model/account.ts';
import { readCredentialSource, readPath, type CredentialSource, type SettingsFile } from './credential-source.ts';
import { profileKeys, type ConfigurationKey } from './keys.ts';
import { field, mappingOf, openMapping, readNever, readProvider, readText } from './section.ts';
import { readState, type StateValues } from './state.ts';
import { safeText } from '../model/text.ts';

/** One entry of the user file's `profiles`. */
export interface Profile {
  readonly name: string;
  readonly provider: ProviderName;
  readonly endpoint: string | null;
  readonly org: string | null;
  readonly clientId: string | null;
  /** Absolute path of a PEM file. */
  readonly ca: string | null;
  readonly credential: CredentialSource;
  readonly printSecrets: 'never' | null;
  /** Where the state of work with this profile is kept, where it says so. */
  readonly state: StateValues | null;
}

/** The valid profiles. Relative paths in them start at the file's folder. */
export function readProfiles(raw: unknown, file: SettingsFile): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>();
  const all = mappingOf(raw);
  if (all === null) file.problems.push(`${file.path}: "profiles" must be a mapping of names to profiles`);
  for (const [name, value] of all ?? []) {
    const profile = readProfile(name, value, file);
    if (profile !== null) profiles.set(name, profile);
  }
  return profiles;
}

/** Names become parts of target paths, so they must not be able to lead elsewhere. */
export function profileNameProblem(name: string): string | null {
  const isName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
  return isName ? null : 'must be named with letters, digits, ".", "_" and "-"';
}

function readProfile(name: string, raw: unknown, file: SettingsFile): Profile | null {
  const at = `profiles.${safeText(name, 200)}`;
  const { problems } = file;
  const misnamed = profileNameProblem(name);
  if (misnamed !== null) problems.push(`${file.path}: "${at}" ${misnamed}`);
  const section = openMapping(raw, { file: file.path, at, known: Object.keys(profileKeys), problems });
  if (section === null) return null;
  for (const [key, { isRequired }] of Object.entries<ConfigurationKey>(profileKeys)) {
    if (isRequired && !section.entries.has(key)) problems.push(`${section.label(key)} is missing`);
  }
  const provider = field(section, 'provider', readProvider);
  const credential = field(section, 'credential', (value) => readCredentialSource(value, file));
  const rest = {
    endpoint: field(section, 'endpoint', readText),
    org: field(section, 'org', readText),
    clientId: field(section, 'clientId', readText),
    printSecrets: field(section, 'printSecrets', readNever),
    ca: field(section, 'ca', (value) => readPath(value, file)),
    state: section.entries.has('state') ? readState(section.entries.get('state'), `${at}.state`, file) : null,
  };
  if (provider === null || credential === null) return null;
  return { name, provider, credential, ...rest };
}
