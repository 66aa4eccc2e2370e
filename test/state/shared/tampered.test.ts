import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { Secret } from '../../../src/model/credential.ts';
import { keyFile, ops } from '../../harness/age.ts';
import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';
import { openOpener, openSealer } from '../../../src/state/seal.ts';

// Whoever can write into the store changes what another machine kept, or makes it up.

const deploy = useNscale();
const identity = { SACTL_STATE_IDENTITY: ops.identity };
const all = ['recover', 'deliver', '--all', '--yes', '--json'];
const rotate = 'sa rotate --provider nscale --id ci-deploy --yes --to file:token'.split(' ');

/** What one machine kept, and a store that anybody can write into. */
async function withKept() {
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (request.url.endsWith('/rotate')) mkdirSync(join(first.cwd, 'token'), { recursive: true });
      return answer;
    },
  });
  const machines = useMachines(deployment);
  const first = machines.machine('runner-1');
  expect(await first.run(rotate)).toMatchObject({ code: 8 });
  rmSync(first.cwd, { recursive: true });
  const objects = machines.store.objects as Map<string, { bytes: Uint8Array; etag: string; writtenAt: number }>;
  const name = [...objects.keys()].find((key) => key.includes('/entries/')) ?? '';
  async function rewrite(change: (text: string) => string | Promise<string>): Promise<void> {
    const found = objects.get(name);
    if (found === undefined) throw new Error('there is no entry');
    objects.set(name, { ...found, bytes: Buffer.from(await change(Buffer.from(found.bytes).toString())) });
  }
  return { ...machines, deployment, rewrite, second: machines.machine('laptop') };
}

const evil = 'https://evil.example';

/** Seals a whole entry anew, as anybody can who knows the recipients and has a credential of their own. */
async function forged(text: string, change: (intent: object) => object): Promise<string> {
  const [first = '', ...others] = text.trimEnd().split('\n');
  const intent = JSON.stringify(change(JSON.parse(first) as object));
  const { open } = openOpener({ name: 'test', read: () => Promise.resolve(new Secret(keyFile(ops))) });
  const { seal } = await openSealer([ops.recipient]);
  const lines = others.map(async (line) => {
    const record = JSON.parse(line) as { sealed?: string };
    if (record.sealed === undefined) return line;
    const [, ...inside] = Buffer.from(await open(record.sealed))
      .toString()
      .trimEnd()
      .split('\n');
    return JSON.stringify({ ...record, sealed: await seal(Buffer.from(`${[intent, ...inside].join('\n')}\n`)) });
  });
  return `${[intent, ...(await Promise.all(lines))].join('\n')}\n`;
}

function withEndpoint(intent: object): object {
  const { connection } = intent as { connection: object };
  return { ...intent, connection: { ...connection, endpoint: evil } };
}

describe('an entry whose intent was changed in the store', () => {
  it.each([
    ['its target', (text: string) => text.replace('"targets":["file:token"]', '"targets":["exec:touch pwned"]')],
    ['its endpoint', (text: string) => text.replace(/"endpoint":"[^"]*"/, `"endpoint":"${evil}"`)],
    [
      'its account',
      (text: string) => text.replaceAll('c1f0a2b4-5a5e-4f67-8a0c-0d4a6f1b2001', 'e9b4a6c2-5f1d-4837-9d6e-8c3f7a2bb009'),
    ],
  ])('is delivered as it was sealed: %s', async (_name, change) => {
    const { second, rewrite } = await withKept();
    await rewrite(change);
    const { code, stdout } = await second.run(all, { env: identity });
    expect({ code, report: JSON.parse(stdout) as object }).toMatchObject({
      code: 0,
      report: { delivered: [{ id: 'c1f0a2b4-5a5e-4f67-8a0c-0d4a6f1b2001', name: 'ci-deploy' }] },
    });
    expect(existsSync(join(second.cwd, 'token'))).toBe(true);
  });

  it('is refused where what is sealed is another entry', async () => {
    const { second, rewrite } = await withKept();
    await rewrite((text) =>
      forged(text, (intent) => ({ ...intent, id: '00000999-0000-4000-8000-000000000001' })).then((made) =>
        made.replace('00000999-', '00000101-'),
      ),
    );
    const { code, stdout } = await second.run(all, { env: identity });
    expect({ code, stdout }).toMatchObject({ stdout: expect.stringContaining('is not that entry') });
    expect(code).not.toBe(0);
  });
});

describe('an entry that was made up', () => {
  it('sends its credential to no endpoint that nothing here names', async () => {
    const { second, rewrite, deployment } = await withKept();
    await rewrite((text) => forged(text, withEndpoint));
    const before = deployment.requests.length;
    const { code, stdout } = await second.run(all, { env: identity });
    expect(code).not.toBe(0);
    expect(stdout).toContain(`which another machine began, is of ${evil}, and nothing here names that`);
    expect(deployment.requests).toHaveLength(before);
  });

  it('runs no program here', async () => {
    const { second, rewrite } = await withKept();
    await rewrite((text) => forged(text, (intent) => ({ ...intent, targets: ['exec:touch pwned'] })));
    const id = '00000101-0000-4000-8000-000000000001';
    const { code, stderr } = await second.run(['recover', 'deliver', '--id', id, '--yes'], { env: identity });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        `sactl: entry ${id}, which another machine began, would run exec:touch pwned here\n` +
        'hint: name it with --to, or run this at a terminal\n',
    });
    expect(existsSync(join(second.cwd, 'pwned'))).toBe(false);
  });
});
