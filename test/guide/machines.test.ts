// @module-tag slow
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { workFolder } from '../commands/support.ts';
import { ops } from '../harness/age.ts';
import { testContext } from '../harness/context.ts';
import { useMachines } from '../harness/machines.ts';
import { useNscale } from '../harness/nscale.ts';
import { runIn } from '../harness/run.ts';
import { recipient } from '../harness/stores.ts';

// What docs/guide/machines.md shows of several machines, which the sandbox of test/guide.test.ts does not have.

const page = readFileSync(join(import.meta.dirname, '../../docs/guide/machines.md'), 'utf8');
const deploy = useNscale();
const rotate = 'sa rotate --provider nscale --id ci-deploy --yes --to file:token -q .verified'.split(' ');
const nightly = 'sa rotate --provider nscale --expiring-within 14d --yes --to file:{name}.token'.split(' ');
const job = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/app', GITHUB_RUN_ID: '7' };
const longerThanLease = 121_000;

function blocksOf(kind: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}\n([^]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);
}

/** What a block shows, `…` for any text, as lines that stand below each other somewhere. */
function shown(start: string): RegExp {
  const block = blocksOf('text').find((text) => text.startsWith(start)) ?? `no block ${start}`;
  const lines = block.trimEnd().split('\n');
  const patterns = lines.map((line) =>
    line
      .split('…')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
      .join('.*'),
  );
  return new RegExp(patterns.join('.*\n'));
}

it('takes ten lines', () => {
  const [onYourMachine = ''] = blocksOf('sh');
  const [inTheWorkflow = ''] = blocksOf('yaml');
  const lines = `${onYourMachine}${inTheWorkflow}`.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toHaveLength(10);
});

it('shows YAML that is read, and the rights that a namespace needs', () => {
  const documents = blocksOf('yaml')
    .slice(1)
    .map((block) => parse(block) as unknown);
  expect(documents).toHaveLength(3);
  expect(documents[0]).toMatchObject({
    kind: 'Role',
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'create', 'update', 'delete'] }],
  });
});

it.each(blocksOf('yaml').filter((block) => block.startsWith('state:')))(
  'shows a configuration with nothing wrong but the recipients, which are the reader’s: %s',
  async (block) => {
    const homeDirectory = await workFolder();
    const folder = join(homeDirectory, '.config/sactl');
    await mkdir(folder, { recursive: true });
    const argv = ['config', 'explain', '--json'];
    await writeFile(join(folder, 'config.yaml'), block);
    expect(await runIn(testContext({ homeDirectory }), argv)).toMatchObject({ code: 2 });
    await writeFile(join(folder, 'config.yaml'), block.replaceAll('age1…', recipient));
    expect(await runIn(testContext({ homeDirectory }), argv)).toMatchObject({ code: 0 });
  },
);

describe('says what happens', () => {
  it('when somebody else has the account', async () => {
    let second: unknown = null;
    const deployment = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        if (request.url.endsWith('/rotate') && second === null) second = await machine('runner-2').run(rotate);
        return answer;
      },
    });
    const { machine } = useMachines(deployment);
    expect(await machine('runner-1').run(rotate, { env: job })).toMatchObject({ code: 0 });
    expect(second).toMatchObject({ code: 5, stderr: expect.stringMatching(shown('nscale service account')) });
  });

  it('when a runner died before it had an answer: the next night rotates the account, however late it expires', async () => {
    const { machine, pass } = useMachines(deploy());
    const asks = await requestsUntilAsked();
    expect(await machine('runner-1').runUntilKilled(rotate, asks)).toBeNull();
    pass(longerThanLease);
    const next = machine('runner-2');
    expect(await next.run(['state', 'show'])).toMatchObject({ stdout: expect.stringMatching(shown('HOLD')) });
    const report = await next.run([...nightly, '-q', '.rotated[].name']);
    expect(report).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ci-deploy$/m) });
  });

  it('when a credential is kept: exit 8 every night, until it is delivered with the identity', async () => {
    const deployment = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        if (request.url.endsWith('/rotate')) await mkdir(join(runner.cwd, 'token'));
        return answer;
      },
    });
    const { machine, pass, store } = useMachines(deployment);
    const runner = machine('runner-1');
    expect(await runner.run(rotate)).toMatchObject({ code: 8 });
    for (let night = 0; night < 2; night += 1) {
      pass(longerThanLease);
      const later = await machine(`night-${String(night)}`).run([...nightly, '--id', 'ci-deploy']);
      expect(later).toMatchObject({ code: 8, stdout: expect.stringContaining('no identity is set here') });
    }
    const env = { SACTL_STATE_IDENTITY: ops.identity };
    const laptop = machine('laptop');
    const { stdout: id } = await laptop.run(['recover', 'list', '-q', '.[].id']);
    const deliver = ['recover', 'deliver', '--id', id.trim(), '--to', 'file:token', '--yes', '-q', '.verified'];
    expect(await laptop.run(deliver, { env })).toMatchObject({ code: 0, stdout: 'true\n' });
    const entries = [...store.objects].filter(([name]) => name.includes('entries/'));
    expect(entries.filter(([, { bytes }]) => bytes.length > 0)).toEqual([]);
  });

  it('when the store does not answer once the answer is there', async () => {
    let isAnswered = false;
    const deployment = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        if (request.url.endsWith('/rotate')) isAnswered = true;
        return answer;
      },
    });
    const { machine } = useMachines(deployment, { fault: () => (isAnswered ? 'lost-before' : null) });
    const { code, stderr } = await machine('runner-1').run(rotate);
    expect(code).toBe(0);
    expect(stderr).toMatch(shown('entry '));
  });
});

it('says what a role has to be allowed to delete', async () => {
  expect(page).toContain('`s3:DeleteObject` on `prod/entries/*` and `prod/check/*`');
  const { machine, store } = useMachines(deploy());
  for (const argv of [['state', 'init'], ['state', 'check'], rotate, rotate]) {
    expect(await machine('runner-1').run(argv)).toMatchObject({ code: 0 });
  }
  const rooms = store.deleted.map((name) => name.split('/').slice(0, 2).join('/'));
  expect(new Set(rooms)).toEqual(new Set(['prod/entries', 'prod/check']));
});

describe('says what it costs', () => {
  it('a rotation makes nine requests to the store beside what it lists, and a night on which nothing is due 2', async () => {
    expect(page).toContain('A rotation makes 9 small requests');
    expect(page).toContain('a night on which nothing is due makes 2');
    const { machine, store } = useMachines(deploy());
    for (let round = 0; round < 2; round += 1) {
      const before = store.requests.length;
      expect(await machine('runner-1').run(rotate)).toMatchObject({ code: 0 });
      const made = store.requests.slice(before).filter((request) => !/^(?:GET list |POST delete$)/.test(request));
      expect(made).toHaveLength(9);
    }
    const before = store.requests.length;
    expect(await machine('runner-2').run([...nightly, '--id', 'ci-deploy'])).toMatchObject({ code: 0 });
    expect(store.requests.length - before).toBe(2);
  });
});

/** At which of its requests, to store and service, a rotation asks for the credential. */
async function requestsUntilAsked(): Promise<number> {
  for (let count = 1; ; count += 1) {
    const deployment = deploy();
    await useMachines(deployment).machine('runner-1').runUntilKilled(rotate, count);
    if (deployment.mutations().length > 0) return count;
  }
}
