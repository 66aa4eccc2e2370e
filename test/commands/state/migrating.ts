import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { Deployment, DeploymentOptions, Intercept } from '../../harness/deployment.ts';
import { useMachines, type Machine } from '../../harness/machines.ts';
import type { S3ServerOptions } from '../../harness/s3.ts';
import { rotate } from './rotating.ts';

/** The state is a folder on the machine, and nothing is sealed. */
export const onMachine = { SACTL_STATE: 'file', SACTL_STATE_RECIPIENTS: '' };

const inventory = {
  version: 1,
  accounts: [
    {
      tenant: 'https://acme.api.augmentcode.com',
      name: 'ci',
      description: null,
      createdAt: '2026-11-01T10:00:00.000Z',
      updatedAt: null,
      tokens: [{ name: 'one', createdAt: null, fingerprint: 'sha256:0123456789ab', state: 'active' }],
      deletedAt: null,
    },
  ],
};

/** A machine, with a credential that could not be delivered, two events, and a record of an Augment account. */
export async function kept(
  deploy: (options: DeploymentOptions) => Deployment<unknown>,
  options: S3ServerOptions & { env?: Record<string, string> } = {},
) {
  const deployment = deploy({ intercept: onceRotated(() => mkdirSync(join(runner.cwd, 'token'))) });
  const machines = useMachines(deployment, options);
  const runner = machines.machine('laptop');
  const env = options.env ?? onMachine;
  expect(await runner.run(rotate, { env })).toMatchObject({ code: 8 });
  await runner.run('sa update --provider nscale --id ci-deploy --description x -q .id'.split(' '), { env });
  const folder = join(runner.stateDirectory, 'augment');
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify(inventory), { mode: 0o600 });
  const secret = secretOf(runner);
  return { deployment, ...machines, runner, secret };
}

function onceRotated(work: () => void): Intercept {
  return async (request, next) => {
    const answer = await next(request);
    if (request.url.endsWith('/rotate')) work();
    return answer;
  };
}

/** The answer that the journal of a machine keeps as it came; empty where it is sealed. */
export function secretOf({ stateDirectory }: Machine): string {
  const folder = join(stateDirectory, 'journal');
  const text = readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8');
  const base64 = /"base64":"([^"]+)"/.exec(text)?.[1] ?? '';
  return /"accessToken":"([^"]+)"/.exec(Buffer.from(base64, 'base64').toString())?.[1] ?? '';
}
