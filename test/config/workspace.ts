import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { memory } from '../harness/memory.ts';
import type { Context } from '../../src/context.ts';
import { loadConfiguration, type Configuration } from '../../src/config/configuration.ts';
import type { ConfigurationFlags } from '../../src/config/configuration.ts';
import { resolveConnection, type Connection } from '../../src/config/connection.ts';
import type { EnvironmentConnections } from '../../src/config/environment.ts';
import { environments as registered } from '../../src/providers/registry.ts';
import { UsageError } from '../../src/errors.ts';
import { testContext } from '../harness/context.ts';

/** A temporary home with a git repository in it; the working directory is a folder of the repository. */
export interface Workspace {
  readonly home: string;
  readonly repository: string;
  readonly cwd: string;
  /** Writes a file below the home directory and returns its path. */
  readonly write: (path: string, text: string) => Promise<string>;
  readonly context: (env?: Record<string, string>) => Context;
  readonly load: (flags?: ConfigurationFlags, env?: Record<string, string>) => Promise<Configuration>;
  /** The problems of a load that has to fail, with the workspace's home as `~`. */
  readonly problems: (flags?: ConfigurationFlags, env?: Record<string, string>) => Promise<readonly string[]>;
  /** The connection of a configuration that loads. */
  readonly resolve: (flags?: ConfigurationFlags, env?: Record<string, string>) => Promise<Connection>;
  /** Writes a user file with the nscale profile `prod`, the Run:ai profile `lab` and more top-level lines. */
  readonly writeProfiles: (more?: string) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function createWorkspace(): Promise<Workspace> {
  const home = await realpath(await mkdtemp(join(memory, 'sactl-')));
  const repository = join(home, 'code', 'repository');
  const cwd = join(repository, 'deploy', 'prod');
  await mkdir(cwd, { recursive: true });
  await mkdir(join(repository, '.git'));
  const workspace = {
    home,
    repository,
    cwd,
    async write(path: string, text: string) {
      const absolute = join(home, path);
      await mkdir(dirname(absolute), { recursive: true });
      await writeFile(absolute, text);
      return absolute;
    },
    context: (env: Record<string, string> = {}) => testContext({ env, cwd, homeDirectory: home }).ctx,
    load: async (flags: ConfigurationFlags = {}, env: Record<string, string> = {}) =>
      loadConfiguration(workspace.context(env), flags),
    async problems(flags: ConfigurationFlags = {}, env: Record<string, string> = {}) {
      const error = await failure(workspace.load(flags, env));
      if (!(error instanceof UsageError)) throw error;
      return error.problems.map((problem) => problem.replaceAll(home, '~'));
    },
    async resolve(flags: ConfigurationFlags = {}, env: Record<string, string> = {}) {
      const configuration = await workspace.load(flags, env);
      return resolveConnection(workspace.context(env), { configuration, flags, environments });
    },
    async writeProfiles(more = '') {
      await workspace.write(userFile, profilesText + more);
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
  return workspace;
}

/** The error of a promise that has to fail. */
export async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('this was expected to fail');
}

/** The variables of the providers, with a host of nscale's that nobody has. */
export const environments: EnvironmentConnections = {
  ...registered,
  nscale: { ...registered.nscale, endpoint: { ...registered.nscale.endpoint, default: 'https://nscale.test' } },
};

/** The user file below the home directory. */
export const userFile = '.config/sactl/config.yaml';

const profilesText = `profiles:
  prod: {provider: nscale, endpoint: https://prod.test, org: of-profile, ca: ca.pem, credential: {env: PROD_TOKEN}}
  lab: {provider: runai, clientId: lab-app, credential: {env: LAB_SECRET}}
`;

export const nscaleEnv = { NSCALE_SERVICE_TOKEN: ' nscale-token\n' };

export const runaiEnv = {
  RUNAI_BASE_URL: 'https://runai.test',
  RUNAI_CLIENT_ID: 'app',
  RUNAI_CLIENT_SECRET: 'runai-secret',
};
