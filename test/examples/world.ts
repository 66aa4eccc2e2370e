import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { createNscaleEmulator } from '../../src/sandbox/nscale/app.ts';
import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { serve, type RunningServer } from '../../src/sandbox/server.ts';
import type { Environment } from '../commands/built-program.ts';
import { workFolder } from '../commands/support.ts';
import { createS3Server, type S3Server } from '../harness/s3.ts';
import { s3Environment } from '../harness/stores.ts';

/** What examples work with beside the sandbox: nscale, a bucket and GitLab over HTTP, and a `gh` that keeps what it is given. */
export interface World {
  /** A folder with `gh`. */
  readonly programs: string;
  /** What every job has in its environment: the connections, without a credential of nscale. */
  readonly env: Environment;
  readonly token: string;
  /** A folder for a store. */
  readonly folder: string;
  readonly bucket: { readonly address: string; readonly server: S3Server; readonly env: Environment };
  readonly gitlab: Gitlab;
  /** The secrets of the repository, by their names. */
  readonly secrets: () => Promise<Readonly<Record<string, string>>>;
  /** From now on `gh` may set no secret, or may again. */
  readonly refuseSecrets: (refuses: boolean) => Promise<void>;
  readonly isLive: (token: string | undefined) => Promise<boolean>;
  /** How often nscale was asked to rotate. */
  readonly rotations: () => number;
}

export interface Gitlab {
  readonly url: string;
  readonly token: string;
  readonly project: string;
  readonly variables: Map<string, string>;
}

const gh = `#!/bin/sh
case "$1 $2" in
  'secret set')
    if [ -e "$WORLD/refused" ]; then echo 'HTTP 403: Resource not accessible by integration' >&2; exit 1; fi
    cat > "$WORLD/secrets/$3" ;;
esac
`;

/** Closes when the test ends. */
export async function openWorld(): Promise<World> {
  const path = await workFolder();
  const [programs, kept, refused] = [join(path, 'bin'), join(path, 'secrets'), join(path, 'refused')];
  for (const folder of [programs, kept, join(path, 'store')]) await mkdir(folder);
  await writeFile(join(programs, 'gh'), gh);
  await chmod(join(programs, 'gh'), 0o755);

  let rotations = 0;
  const emulator = createNscaleEmulator({ state: seedNscale(Date.now()), now: Date.now });
  const nscale = await open((request) => {
    if (request.url.endsWith('/rotate')) rotations += 1;
    return emulator.fetch(request);
  });
  const server = createS3Server();
  const bucket = await open(server.fetch);
  return {
    programs,
    env: {
      WORLD: path,
      SACTL_SANDBOX: '0',
      NSCALE_IDENTITY_SERVICE_API_ENDPOINT: nscale.url,
      NSCALE_ORGANIZATION_ID: organizationId,
    },
    token: sandboxTokens.administrator,
    folder: join(path, 'store'),
    bucket: { address: `s3://ops/prod?endpoint=${bucket.url}`, server, env: s3Environment },
    gitlab: await openGitlab(),
    secrets: async () => {
      const names = await readdir(kept);
      const values = await Promise.all(names.map((name) => readFile(join(kept, name), 'utf8')));
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    },
    refuseSecrets: (refuses) => (refuses ? writeFile(refused, '') : rm(refused)),
    isLive: async (token = '') => {
      const headers = { authorization: `Bearer ${token}` };
      return (await emulator.fetch(new Request(`${nscale.url}/api/v1/organizations`, { headers }))).status === 200;
    },
    rotations: () => rotations,
  };
}

async function open(fetch: (request: Request) => Promise<Response>): Promise<RunningServer> {
  const server = await serve({ fetch }, { port: 0 });
  onTestFinished(() => server.close());
  return server;
}

/** A project of GitLab with variables that can be read and changed, and not made. */
async function openGitlab(): Promise<Gitlab> {
  const variables = new Map<string, string>();
  const token = 'glpat-s3cret-0123456789';
  const project = '42';
  const { url } = await open(async (request) => {
    const [, name = ''] = /^\/api\/v4\/projects\/42\/variables\/(\w+)$/.exec(new URL(request.url).pathname) ?? [];
    if (request.headers.get('private-token') !== token) return Response.json({ message: '401' }, { status: 401 });
    if (!variables.has(name)) return Response.json({ message: '404' }, { status: 404 });
    if (request.method === 'PUT') variables.set(name, ((await request.json()) as { value: string }).value);
    return Response.json({ key: name, value: variables.get(name) });
  });
  return { url: `${url}/api/v4`, token, project, variables };
}
