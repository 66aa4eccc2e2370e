import { statSync } from 'node:fs';
import { dirname } from 'node:path';

import { deliveredOf, lifeOf } from '../delivery/life.ts';
import { createTargets } from '../delivery/targets/schemes.ts';
import { parseTargets, valueProblems } from '../delivery/targets/parse.ts';
import { addressOf } from '../delivery/targets/session.ts';
import type { Target } from '../delivery/targets/target.ts';
import { UsageError } from '../errors.ts';
import type { Starts } from '../files/home.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import type { Issued } from '../providers/issuance.ts';
import { refuseForeignPrograms } from './foreign-entry.ts';
import { targetEnvironmentOf } from './targets.ts';
import type { StateWork } from './state-work.ts';

type Host = Pick<StateWork, 'ctx' | 'common' | 'configuration'>;

/** Where the credential of an entry goes; without targets, to stdout. */
export interface StoredTargets {
  readonly targets: readonly Target[];
  /** Whether all of them received it in earlier runs. */
  readonly areSatisfied: boolean;
  /** Their relative paths start here. */
  readonly directory: string;
  /** Sentences about them for the user. */
  readonly effects: readonly string[];
  /** Sentences about those of the request that have not had it, and do not get it: what they keep may be dead. */
  readonly omissions: readonly string[];
}

/**
 * The targets that `to`, the values of `--to`, names or, without any, those that have not had the credential.
 * @throws UsageError
 */
export function storedTargets(host: Host, entry: ReadableEntry, issued: Issued, to: readonly string[]): StoredTargets {
  const { targets: recorded } = entry.intent;
  const directory = directoryOf(host, entry);
  const delivered = deliveredOf(lifeOf(entry));
  const left = recorded.filter((target) => !delivered.includes(target));
  if (to.length > 0) {
    const chosen = targetsAt(host, entry, issued, { names: to, directory: host.ctx.cwd, isAsked: true });
    return { ...chosen, omissions: omissionsOf(host, entry, { left, targets: chosen.targets }) };
  }
  refuseForeignPrograms(host, entry, left);
  if (left.length > 0) return targetsAt(host, entry, issued, { names: left, directory });
  const isStdout = recorded.length === 0;
  return {
    targets: recorded.map(satisfied),
    areSatisfied: !isStdout,
    directory,
    effects: isStdout ? [] : [`the credential is where it should be: ${recorded.join(', ')}`],
    omissions: [],
  };
}

/** Of the targets that are `left`, those that are none of the places that were chosen instead. */
function omissionsOf(
  { ctx: { cwd, homeDirectory } }: Host,
  { intent: { connection, directory } }: ReadableEntry,
  { left, targets }: { readonly left: readonly string[]; readonly targets: readonly Target[] },
): readonly string[] {
  const { profile } = connection;
  const chosen = new Set(targets.map(({ name }) => addressOf(name, { cwd, homeDirectory, profile })));
  return left
    .map((name) => addressOf(name, { cwd: directory, homeDirectory, profile }))
    .filter((address) => !chosen.has(address))
    .map((address) => `${address} has not had this credential, and does not get it: what is there stays`);
}

/** Where relative paths of the recorded targets start: a folder of another machine may not be there on this one. */
function directoryOf({ ctx }: Host, { intent: { directory, process } }: ReadableEntry): string {
  const isHere =
    process.host === ctx.self.host || (statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false);
  return isHere ? directory : ctx.cwd;
}

/** Relative paths start at `directory`. */
function targetsAt(
  { ctx, configuration }: Host,
  entry: ReadableEntry,
  issued: Issued,
  { names, directory, isAsked }: { names: readonly string[]; directory: string; isAsked?: true },
): StoredTargets {
  const { targets: recorded, connection } = entry.intent;
  const { profile, isSandbox } = connection;
  const source = (profile === null ? null : configuration.profiles.get(profile)?.credential) ?? null;
  const { value: stateDirectory } = configuration.stateDirectory;
  const environment = targetEnvironmentOf({ ...ctx, cwd: directory }, { isSandbox, source, stateDirectory });
  if (directory !== ctx.cwd && ctx.platform !== 'win32') expectInPlace(directory, environment.files.starts);
  const parsed = parseTargets(names, environment);
  // Only the rotation knew whether the account is the one that the profile signs in with.
  const isForeign = names.includes('profile') && !recorded.includes('profile');
  // Of those that are left, another may have had the credential itself.
  const missing = isAsked === true ? valueProblems(parsed) : [];
  const problems = [...parsed.problems, ...missing, ...(isForeign ? [foreignProfile] : [])];
  if (problems.length > 0) throw new UsageError(problems);
  return {
    targets: createTargets(parsed.specs, { ...issued.account, profile }, environment),
    areSatisfied: false,
    directory,
    effects: directory === ctx.cwd ? [] : [`relative paths are against ${directory}`],
    omissions: [],
  };
}

/** No link was on the way to the working directory of the run that began the entry: one that is there now came later. */
function expectInPlace(directory: string, starts: Starts): void {
  for (let folder = directory; !starts.has(folder); folder = dirname(folder)) starts.set(folder, folder);
}

const foreignProfile = '--to "profile": the credential was not issued for a profile; use file:<path>';

/** A target that has the credential from an earlier run. */
function satisfied(name: string): Target {
  return {
    name,
    place: () => Promise.resolve({ place: name, slot: null }),
    preflight: () => Promise.resolve([]),
    deliver: () => Promise.resolve(),
  };
}
