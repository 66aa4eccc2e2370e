import { dirname, resolve } from 'node:path';

import type { ProviderName } from '../model/account.ts';
import { expandHome } from './directories.ts';
import { field, itemsOf, mappingOf, openMapping, readProvider, readText, type Validated } from './section.ts';
import { safeText } from '../model/text.ts';

/** Where a profile's secret is; never the secret itself. Paths are absolute. */
export type CredentialSource =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly program: string; readonly args: readonly string[] };

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
}

export interface ProfileFile {
  readonly path: string;
  readonly homeDirectory: string;
  /** Collects the problems. */
  readonly problems: string[];
}

const profileKeys = ['provider', 'endpoint', 'org', 'clientId', 'ca', 'credential'];

/** The valid profiles. Relative paths in them start at the file's folder. */
export function readProfiles(raw: unknown, file: ProfileFile): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>();
  const all = mappingOf(raw);
  if (all === null) file.problems.push(`${file.path}: "profiles" must be a mapping of names to profiles`);
  for (const [name, value] of all ?? []) {
    const profile = readProfile(name, value, file);
    if (profile !== null) profiles.set(name, profile);
  }
  return profiles;
}

function readProfile(name: string, raw: unknown, file: ProfileFile): Profile | null {
  const at = `profiles.${safeText(name, 200)}`;
  const { problems } = file;
  // Names become parts of target paths, so they must not be able to lead elsewhere.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    problems.push(`${file.path}: "${at}" must be named with letters, digits, ".", "_" and "-"`);
  }
  const section = openMapping(raw, { file: file.path, at, known: profileKeys, problems });
  if (section === null) return null;
  for (const key of ['provider', 'credential']) {
    if (!section.entries.has(key)) problems.push(`${section.label(key)} is missing`);
  }
  const provider = field(section, 'provider', readProvider);
  const credential = field(section, 'credential', (value) => readCredential(value, file));
  const rest = {
    endpoint: field(section, 'endpoint', readText),
    org: field(section, 'org', readText),
    clientId: field(section, 'clientId', readText),
    ca: field(section, 'ca', (value) => readPath(value, file)),
  };
  if (provider === null || credential === null) return null;
  return { name, provider, credential, ...rest };
}

const credentialForms = 'must be exactly one of {env: NAME}, {file: path} and {command: [program, argument, ...]}';

/** Nothing of a wrong credential is quoted, not even its keys: `{abc}` is YAML for a key without a value. */
function readCredential(raw: unknown, file: ProfileFile): Validated<CredentialSource> {
  if (typeof raw === 'string') return { problem: `must not hold the secret itself: it ${credentialForms}` };
  const [entry, ...others] = mappingOf(raw) ?? [];
  if (entry === undefined || others.length > 0) return { problem: credentialForms };
  const [key, value] = entry;
  if (key === 'env') {
    return typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value)
      ? { value: { kind: 'env', name: value } }
      : { problem: 'has an "env" that must be the name of an environment variable' };
  }
  if (key === 'command') return readCommand(value, file);
  if (key !== 'file') return { problem: credentialForms };
  const path = readPath(value, file);
  return 'problem' in path
    ? { problem: `has a "file" that ${path.problem}` }
    : { value: { kind: 'file', path: path.value } };
}

function readCommand(raw: unknown, file: ProfileFile): Validated<CredentialSource> {
  const problem = 'has a "command" that must be a list of texts: program, then arguments';
  const argv: string[] = [];
  for (const item of itemsOf(raw) ?? []) {
    if (typeof item !== 'string' || item.includes('\0')) return { problem };
    argv.push(item);
  }
  const [program, ...args] = argv;
  if (program === undefined || program.trim() === '') return { problem };
  return { value: { kind: 'command', program: expandHome(program, file.homeDirectory), args } };
}

function readPath(raw: unknown, file: ProfileFile): Validated<string> {
  const text = readText(raw);
  if ('problem' in text) return text;
  return { value: resolve(dirname(file.path), expandHome(text.value, file.homeDirectory)) };
}
