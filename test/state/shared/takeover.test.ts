// @module-tag slow
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { ops } from '../../harness/age.ts';
import { useMachines, type Machine } from '../../harness/machines.ts';
import { nscaleEndpoint, useNscale, type NscaleDeployment } from '../../harness/nscale.ts';

const deploy = useNscale();
const rotate = 'sa rotate --provider nscale --id ci-deploy --yes --to file:token -q .verified'.split(' ');
const identity = { SACTL_STATE_IDENTITY: ops.identity };

/** A deployment, and every token that it ever issued. */
function rememberingTokens(): { readonly deployment: NscaleDeployment; readonly issued: readonly string[] } {
  const issued: string[] = [];
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (!request.url.endsWith('/rotate')) return answer;
      const { status } = (await answer.clone().json()) as { status: { accessToken: string } };
      issued.push(status.accessToken);
      return answer;
    },
  });
  return { deployment, issued };
}

/** Whether the credential in the machine's target works; null where there is none. */
async function isAlive({ cwd }: Machine): Promise<boolean> {
  const headers = { authorization: `Bearer ${readFileSync(join(cwd, 'token'), 'utf8')}` };
  const { status } = await fetch(`${nscaleEndpoint}/api/v1/organizations`, { headers });
  return status === 200;
}

/** The codes of delivering an entry without an identity and with it, and whether that works. */
async function deliverSealed(machine: Machine, id: string): Promise<string> {
  const deliver = ['recover', 'deliver', '--id', id, '--yes', '--to', 'file:token'];
  const blind = await machine.run(deliver);
  const why = blind.stderr.includes(`is sealed for ${ops.recipient}, and no identity is set here`);
  const { code } = await machine.run(deliver, { env: identity });
  return `${blind.code} (${String(why)}), with the identity ${code} (${String(await isAlive(machine))})`;
}

/** What another machine finds of a rotation that was killed after so many requests, and whose disk is gone. */
async function afterKill(count: number): Promise<string | null> {
  const { deployment, issued } = rememberingTokens();
  const { machine, pass, dump } = useMachines(deployment);
  const ended = await machine('runner-1').runUntilKilled(rotate, count);
  if (ended !== null) return null;
  pass(121_000);
  const other = machine('runner-2');
  const listed = await other.run(['recover', 'list', '-q', '.[] | "\\(.id) \\(.state)"']);
  const [id = '', state = 'nothing'] = listed.stdout
    .trim()
    .split(' ')
    .filter((word) => word !== '');
  const delivered = state === 'sealed' ? `; delivered: ${await deliverSealed(other, id)}` : '';
  const before = deployment.mutations().length;
  expect(await other.run(rotate)).toMatchObject({ code: 0, stdout: 'true\n' });
  expect(deployment.mutations()).toHaveLength(before + 1);
  expect(await isAlive(other)).toBe(true);
  expect(await other.run(['recover', 'list', '-q', '.[]'])).toMatchObject({ code: 0, stdout: '' });
  for (const token of issued) expect(dump()).not.toContain(token);
  return `${state}, rotated ${before} times${delivered}`;
}

it('killed at any step, and with its disk gone, a rotation is found on another machine, delivered or done again', async () => {
  const found = new Set<string>();
  for (let count = 1; ; count += 1) {
    const state = await afterKill(count);
    if (state === null) break;
    found.add(state);
  }
  expect([...found]).toEqual([
    'nothing, rotated 0 times',
    'asked, rotated 0 times',
    'asked, rotated 1 times',
    'sealed, rotated 1 times; delivered: 8 (true), with the identity 0 (true)',
    'nothing, rotated 1 times',
  ]);
});
