import { mkdir, mkdtemp, readFile, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { memory } from '../../harness/memory.ts';
import {
  TargetError,
  type Subject,
  type Target,
  type TargetEnvironment,
  type TargetPayload,
} from '../../../src/delivery/targets/target.ts';
import type { Scheme, TargetSpec } from '../../../src/delivery/targets/scheme.ts';
import { UsageError } from '../../../src/errors.ts';
import { Secret } from '../../../src/model/credential.ts';
import { shareFiles } from '../../../src/delivery/targets/shared-files.ts';
import { testContext, type TestContextOptions } from '../../harness/context.ts';

/** A temporary working directory, `~` in what its functions return. */
export interface Folder {
  readonly path: string;
  readonly at: (path: string) => string;
  readonly write: (path: string, content: string | Uint8Array, mode?: number) => Promise<string>;
  readonly text: (path: string) => Promise<string>;
  /** e.g. `600`. */
  readonly mode: (path: string) => Promise<string>;
  /** Everything below it, sorted. */
  readonly names: () => Promise<readonly string[]>;
  /** The texts of the files in it, by their names. */
  readonly contents: () => Promise<Readonly<Record<string, string>>>;
  readonly environment: (
    options?: Partial<Omit<TargetEnvironment, 'ctx'>> & { readonly ctx?: TestContextOptions },
  ) => TargetEnvironment;
  /** What `work` throws, as `<class>: <message>`, with `, retryable` after the class; fails when it throws nothing. */
  readonly failure: (work: () => unknown) => Promise<string>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function createFolder(): Promise<Folder> {
  const path = await realpath(await mkdtemp(join(memory, 'sactl-')));
  function at(name: string): string {
    return join(path, name);
  }
  return {
    path,
    at,
    async write(name, content, mode = 0o600) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), content, { mode });
      return at(name);
    },
    text: (name) => readFile(at(name), 'utf8'),
    mode: async (name) => ((await stat(at(name))).mode & 0o7777).toString(8),
    names: async () => (await readdir(path, { recursive: true })).toSorted(),
    async contents() {
      const found: Record<string, string> = {};
      for (const name of await readdir(path)) found[name] = await readFile(at(name), 'utf8');
      return found;
    },
    environment: ({ ctx, ...rest } = {}) => ({
      ctx: testContext({ cwd: path, homeDirectory: at('home'), ...ctx }).ctx,
      isSandbox: false,
      backupDirectory: at('.backups'),
      profileFile: null,
      credentialVariables: [],
      files: shareFiles(process),
      ...rest,
    }),
    async failure(work) {
      return (await failureOf(work)).replaceAll(path, '~');
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function failureOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TargetError) {
      return `TargetError${error.isRetryable ? ', retryable' : ''}: ${error.message}`;
    }
    if (error instanceof UsageError) return `UsageError: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export const subject: Subject = {
  provider: 'nscale',
  profile: 'prod',
  organization: 'acme',
  id: 'sa-1',
  name: 'ci-deploy',
};

/** A credential whose text is `text`; as JSON it is an object with that value. */
export function payload(text: string): TargetPayload {
  const { provider, profile, organization, name } = subject;
  return {
    text: new Secret(text),
    json: new Secret(JSON.stringify({ kind: 'access-token', value: text })),
    meta: {
      provider,
      profile,
      organization,
      id: 'sa-1',
      name,
      kind: 'access-token',
      clientId: null,
      fingerprint: 'sha256:0123456789ab',
      expiresAt: null,
    },
  };
}

export const never = new AbortController().signal;

/** The target that `body` and `slot` name. */
export function targetOf(
  scheme: Scheme,
  spec: Partial<TargetSpec> & { readonly body: string },
  environment: TargetEnvironment,
): Target {
  return scheme.create(specOf(spec), subject, environment);
}

export function specOf(spec: Partial<TargetSpec> & { readonly body: string }): TargetSpec {
  return { given: 'given', scheme: 'file', isJson: false, slot: null, options: {}, field: 'value', ...spec };
}
