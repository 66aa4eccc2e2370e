import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { noHome, tildePath } from '../files/home.ts';
import { configDirectory, ignoredDirectories, stateDirectory, variable } from './directories.ts';
import type { Profile } from './profile.ts';
import { readProjectFile, type ProjectFile } from './project-file.ts';
import { topKeys } from './keys.ts';
import {
  environmentSection,
  field,
  readProviderChoice,
  readSettings,
  readText,
  variableOf,
  type Section,
} from './section.ts';
import {
  beatenSettings,
  defaultSource,
  describeSource,
  pickSetting,
  settingKeys,
  type Ignored,
  type Layer,
  type ProviderChoice,
  type Setting,
} from './setting.ts';
import { readStateEnvironment, stateProblems, stateSettings, type StateSources } from './state.ts';
import type { Format } from '../model/format.ts';
import type { ProviderName } from '../model/account.ts';
import type { Hint } from '../model/hint.ts';
import { readUserFile } from './user-file.ts';

/** The flags that configuration and connection depend on, as the user gave them. */
export interface ConfigurationFlags {
  readonly provider?: string | undefined;
  readonly profile?: string | undefined;
  readonly org?: string | undefined;
  readonly sandbox?: boolean | undefined;
  /** Names, as a list or with commas between them. */
  readonly columns?: string | readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly allowEndpointOverride?: boolean | undefined;
  readonly caCert?: string | undefined;
  /** What the command and its other flags say of the connections that it can work on. */
  readonly reach?: Reach | undefined;
}

/** Which connections a command can work on. */
export interface Reach {
  /** The providers that can do it. */
  readonly able: readonly ProviderName[];
  /** Those of them that understand its flags; where several could be meant, it is one of these. */
  readonly preferred: readonly ProviderName[];
  /** Whether it takes `--provider all`. */
  readonly several: boolean;
}

/** Every plain setting with its source. A null value with source `default` was set nowhere. */
export interface Configuration {
  readonly provider: Setting<ProviderChoice | null>;
  readonly profile: Setting<string | null>;
  readonly org: Setting<string | null>;
  readonly sandbox: Setting<boolean>;
  readonly columns: Setting<readonly string[] | null>;
  readonly format: Setting<Format | null>;
  readonly printSecrets: Setting<'never' | null>;
  /** Absolute path. */
  readonly stateDirectory: Setting<string>;
  readonly profiles: ReadonlyMap<string, Profile>;
  /** For `stateSettings`. */
  readonly state: StateSources;
  /** The files that were read; null where there is none. */
  readonly files: { readonly user: string | null; readonly project: string | null };
  /** What was found and not used, for `config explain`. */
  readonly ignored: readonly Ignored[];
}

/** A configuration that may lack its place for the state. */
export type ReadConfiguration = Omit<Configuration, 'stateDirectory'> & {
  readonly stateDirectory: Setting<string | null>;
};

/** The configuration without what is wrong, and everything that is wrong. */
export interface ConfigurationReading {
  /** Its `stateDirectory` is null where nothing says where that is, which is one of `problems`. */
  readonly configuration: ReadConfiguration;
  /** What is wrong with the flags. */
  readonly misuse: readonly string[];
  /** What is wrong with environment and files; those values are left out. */
  readonly problems: readonly string[];
  readonly hint: Hint | null;
  /** The part of `ignored` that may surprise, e.g. a file of another user. */
  readonly unusable: readonly Ignored[];
}

/** A ban is used wherever it stands. */
const beatableKeys = settingKeys.filter((key) => key !== 'printSecrets');

/** Flag > environment > project file > user file > default (docs/design.md 4). @throws UsageError with every problem */
export async function loadConfiguration(ctx: Context, flags: ConfigurationFlags): Promise<Configuration> {
  const { configuration, misuse, problems, hint } = await readConfiguration(ctx, flags);
  const all = [...misuse, ...problems];
  if (all.length > 0 || !hasState(configuration)) throw new UsageError(all, { hint });
  return configuration;
}

/** Whether the place for the state is known. */
export function hasState(configuration: ReadConfiguration): configuration is Configuration {
  return configuration.stateDirectory.value !== null;
}

/** As `loadConfiguration`, for callers that continue with what is right. */
export async function readConfiguration(ctx: Context, flags: ConfigurationFlags): Promise<ConfigurationReading> {
  const misuse: string[] = [];
  const problems: string[] = [];
  const user = await readUserFile(ctx);
  const project = await readProjectFile(ctx, user.path);
  const layers = [
    flagLayer(flags, misuse),
    environmentLayer(ctx.env, problems),
    fileLayer('project', project),
    fileLayer('user', user),
  ];
  const sandbox = pickSetting('sandbox', layers);
  if (sandbox.value === true) {
    const wrong = oneConnectionFlags(flags);
    misuse.push(...wrong.map((flag) => `${flag} does not go with the sandbox (--sandbox or SACTL_SANDBOX)`));
  }
  const state: StateSources = {
    environment: readStateEnvironment(ctx, problems),
    user: { values: user.state, path: user.path },
  };
  const directory = stateSetting(ctx);
  const misplaced = directory instanceof UsageError ? directory : null;
  const profile = pickSetting('profile', layers);
  if (profile.value !== null && sandbox.value !== true && isWithoutUserFile(ctx)) {
    problems.push(`${describeSource(profile.source)} needs your configuration file, and ${noHome}`);
  }
  problems.push(...project.problems, ...user.problems, ...(misplaced?.problems ?? []));
  problems.push(...contradictions(state, user.profiles));
  const unusable = [...ignoredDirectories(ctx), ...project.ignored, ...user.ignored];
  const configuration: ReadConfiguration = {
    provider: pickSetting('provider', layers),
    profile,
    org: pickSetting('org', layers),
    sandbox: { ...sandbox, value: sandbox.value ?? false },
    columns: pickSetting('columns', layers),
    format: pickSetting('format', layers),
    printSecrets: pickSetting('printSecrets', layers),
    stateDirectory: directory instanceof UsageError ? { value: null, source: defaultSource } : directory,
    profiles: user.profiles,
    state,
    files: { user: user.path, project: project.path },
    ignored: [...beatableKeys.flatMap((key) => beatenSettings(key, layers)), ...unusable],
  };
  return { configuration, misuse, problems, hint: trustHint(ctx, project) ?? misplaced?.hint ?? null, unusable };
}

function isWithoutUserFile(ctx: Context): boolean {
  return configDirectory(ctx) === null && variable(ctx.env, 'SACTL_CONFIG') === null;
}

function stateSetting(ctx: Context): Setting<string> | UsageError {
  try {
    return stateDirectory(ctx);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

/** Of the settings of the state, whatever profile they are used with. */
function contradictions(state: StateSources, profiles: ReadonlyMap<string, Profile>): readonly string[] {
  const own = [...profiles.values()].filter((profile) => profile.state !== null);
  return [...new Set([null, ...own].flatMap((profile) => stateProblems(stateSettings(state, profile))))];
}

function flagLayer(flags: ConfigurationFlags, problems: string[]): Layer {
  const { caCert, ...others } = flags;
  const entries = new Map<string, unknown>(Object.entries({ ...others, 'ca-cert': caCert }));
  const section: Section = { entries, label: (key) => `--${key}`, problems };
  for (const key of ['endpoint', 'ca-cert']) field(section, key, readText);
  const values = readSettings(section, readProviderChoice);
  return { values, source: (key) => ({ kind: 'flag', name: `--${key}` }) };
}

function environmentLayer(env: Context['env'], problems: string[]): Layer {
  const values = readSettings(environmentSection(env, topKeys, problems), readProviderChoice);
  return { values, source: (key) => ({ kind: 'env', name: variableOf(topKeys, key) }) };
}

function fileLayer(kind: 'project' | 'user', file: Pick<ProjectFile, 'values' | 'path'>): Layer {
  return { values: file.values, source: () => ({ kind, name: file.path ?? kind }) };
}

/** The flags among those given that mean one connection to a real provider. */
export function oneConnectionFlags({ profile, endpoint }: ConfigurationFlags): string[] {
  return [...(profile === undefined ? [] : ['--profile']), ...(endpoint === undefined ? [] : ['--endpoint'])];
}

function trustHint(ctx: Context, project: ProjectFile): string | null {
  if (!project.overreaches) return null;
  const named = variable(ctx.env, 'SACTL_CONFIG');
  const userFile = named ?? tildePath(`${configDirectory(ctx) ?? '~/.config/sactl'}/config.yaml`, ctx.homeDirectory);
  return `profiles, with their endpoints and credentials, may stand only in the user file: ${userFile}`;
}
