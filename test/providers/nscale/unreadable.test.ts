// @module-tag slow
import { describe, expect, test } from 'vitest';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../faults.ts';
import { ciDeploy, described, put } from './ci-deploy.ts';
import { again, counted, looking } from './lost.ts';
import { accounts } from './paths.ts';

/** One item of a list that cannot be read costs only itself (docs/design.md 1). */
const deploy = useNscale();
const { scratch } = accountIds;
const post = `POST ${accounts}/${ciDeploy}/rotate`;

type Item = Record<string, unknown> & { readonly metadata: Record<string, unknown> };

/** Lists of accounts show one of them otherwise. */
function showing(id: string, change: (item: Item) => unknown, more: Intercept = through): { intercept: Intercept } {
  return {
    intercept: async (request, next) => {
      const answer = await more(request, next);
      if (request.method !== 'GET' || !new URL(request.url).pathname.endsWith('/serviceaccounts')) return answer;
      const items = (await answer.json()) as Item[];
      return Response.json(items.map((item) => (item.metadata['id'] === id ? change(item) : item)));
    },
  };
}

function through(...[request, next]: Parameters<Intercept>): ReturnType<Intercept> {
  return next(request);
}

function without(key: string): (item: Item) => unknown {
  return (item) => Object.fromEntries(Object.entries(item).filter(([name]) => name !== key));
}

function withMetadata(changes: object): (item: Item) => unknown {
  return (item) => ({ ...item, metadata: { ...item.metadata, ...changes } });
}

/** What is said of ci-deploy where it lacks a part. */
function partly(places: string): string {
  return `nscale service account ci-deploy (${ciDeploy}) cannot be read as a whole: it does not fit at ${places}`;
}

const nameless = withMetadata({ name: 7 });
const illegible = `nscale service account ${scratch} cannot be read: it does not fit at metadata.name`;

describe('an account with id and name is readable', () => {
  test.each([
    ['no status', without('status'), 'status', '["unknown",null,"Deploys from the main branch"]'],
    ['no spec', without('spec'), 'spec', '["active","2026-11-25T16:48:00Z","Deploys from the main branch"]'],
    [
      'fields of other kinds',
      withMetadata({ description: 7, tags: 'a' }),
      'metadata.description and metadata.tags',
      '["active","2026-11-25T16:48:00Z",null]',
    ],
  ])('with %s', async (_, change, places, shown) => {
    const filter = '.[] | select(.name == "ci-deploy") | [.status, .expiresAt, .description]';
    const deployment = deploy(showing(ciDeploy, change));
    expect(await deployment.run(['sa', 'list', '-q', filter])).toEqual({
      code: 0,
      stdout: `${shown}\n`,
      stderr: `sactl: ${partly(places)}\n`,
    });
  });

  test('and can be rotated', async () => {
    const deployment = deploy({ newSecret: () => 'token', ...showing(ciDeploy, without('status')) });
    const outcome = await deployment.run(['sa', 'rotate', '--id', ciDeploy, '--yes', '-q', '.credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: 'token\n', stderr: '' });
    expect(deployment.mutations()).toEqual([post]);
  });

  test('and can be updated where that loses nothing', async () => {
    const deployment = deploy(showing(ciDeploy, without('status')));
    const outcome = await deployment.run(['sa', 'update', '--id', ciDeploy, '--description', 'new', '-q', '.id']);
    expect(outcome).toEqual({ code: 0, stdout: `${ciDeploy}\n`, stderr: '' });
    expect(deployment.bodies).toEqual([described]);
  });

  test.each([
    ['groups', without('spec'), 'spec'],
    ['tags', withMetadata({ tags: [{ name: 'team' }] }), 'metadata.tags[0].value'],
  ])('but not where its %s would be lost', async (_, change, place) => {
    const deployment = deploy(showing(ciDeploy, change));
    expect(await deployment.run(['sa', 'update', '--id', ciDeploy, '--name', 'new'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: nscale service account ci-deploy (${ciDeploy}) cannot be updated: what it has at ${place} cannot be read, and would be lost\n`,
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

describe('an account without a name', () => {
  test('costs a line and exit 6, not the list', async () => {
    const deployment = deploy(showing(scratch, nameless));
    const expected = { code: 6, stdout: '12\n', stderr: `sactl: ${illegible}\n` };
    expect(await deployment.run(['sa', 'list', '-q', 'length'])).toEqual(expected);
    expect(await deployment.run(['sa', 'list', '-q', 'length', '--quiet'])).toEqual(expected);
    expect(await deployment.run(['sa', 'list', '-q', 'length', '--provider', 'all'])).toEqual(expected);
  });

  test.each([
    ['an id', withMetadata({ id: null }), 'scratch', '"scratch"', 'metadata.id'],
    ['both', withMetadata({ id: null, name: null }), null, 'number 1 of the list', 'metadata.id and metadata.name'],
    ['anything', () => null, null, 'number 1 of the list', 'its top'],
  ])('or without %s is named as far as that goes', async (_, change, name, which, places) => {
    const deployment = deploy(showing(scratch, change));
    const { code, stderr } = await deployment.run(['sa', 'list', '-q', 'length']);
    const what = `nscale service account ${which} cannot be read: it does not fit at ${places}`;
    expect([code, stderr]).toEqual([6, `sactl: ${what}\n`]);
    if (name === null) return;
    expect(await deployment.run(['sa', 'get', '--id', name])).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: ${what}\n`,
    });
  });

  test.each([
    ['get', []],
    ['update', ['--description', 'x']],
    ['rotate', ['--yes', '--to', 'file:a']],
    ['delete', ['--yes']],
    ['rotate', ['--id', ciDeploy, '--yes', '--to', 'file:a']],
  ])('is not what %s is about', async (verb, flags) => {
    const deployment = deploy(showing(scratch, nameless));
    const outcome = await deployment.run(['sa', verb, '--id', scratch, ...flags]);
    expect(outcome).toEqual({ code: 1, stdout: '', stderr: `sactl: ${illegible}\n` });
    expect(deployment.mutations()).toEqual([]);
  });

  test('keeps no other account from being rotated', async () => {
    const deployment = deploy({ newSecret: () => 'token', ...showing(scratch, nameless) });
    const outcome = await deployment.run(['sa', 'rotate', '--id', ciDeploy, '--yes', '-q', '.credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: 'token\n', stderr: '' });
  });

  test('may be the one that is not found: it is not said to be gone', async () => {
    const deployment = deploy(showing(scratch, nameless));
    const argv = ['sa', 'delete', '--id', 'scratch', '--yes', '--ignore-missing'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`; ${illegible}\n`);
    expect(deployment.mutations()).toEqual([]);
  });
});

test('a name is taken by an account that has no id', async () => {
  const deployment = deploy(showing(scratch, withMetadata({ id: 7 })));
  for (const flags of [[], ['--if-missing']]) {
    expect(await deployment.run(['sa', 'create', '--name', 'scratch', '--format', 'yaml', ...flags])).toEqual({
      code: 5,
      stdout: '',
      stderr:
        'sactl: nscale has a service account named "scratch" already: nscale service account "scratch" cannot be read: it does not fit at metadata.id\n' +
        'hint: give --allow-duplicate to have a second one, or another name\n',
    });
  }
  expect(deployment.mutations()).toEqual([]);
});

describe('a rotation of several', () => {
  test('is exit 6 with an account that it cannot judge, and does the others', async () => {
    const deployment = deploy(showing(ciDeploy, without('status')));
    const argv = ['sa', 'rotate', '--expiring-within', '1h', '--yes', '--to', 'file:{id}'];
    const outcome = await deployment.run([...argv, '-q', '.failed[] | .id, .exitCode, .error.message']);
    const what = `${partly('status')}; whether it is due is not known`;
    expect([outcome.code, outcome.stdout]).toEqual([6, `${ciDeploy}\n6\n${what}; it was not rotated\n`]);
    expect(outcome.stderr.split('\n')[0]).toBe(`sactl: ${what}`);
    expect(deployment.mutations()).toEqual([]);
  });

  test.each([
    ['status', ['--status', 'expired']],
    ['metadata.tags', ['--tag', 'team=platform']],
  ])('is exit 6 with an account of which its flags ask for %s, which cannot be read', async (place, flags) => {
    const change = place === 'status' ? without('status') : withMetadata({ tags: 'platform' });
    const deployment = deploy(showing(ciDeploy, change));
    const argv = ['sa', 'rotate', ...flags, '--match', 'ci-*', '--yes', '--to', 'file:{id}'];
    const outcome = await deployment.run([...argv, '-q', '.failed[] | .id, .exitCode']);
    expect([outcome.code, outcome.stdout]).toEqual([6, `${ciDeploy}\n6\n`]);
    expect(outcome.stderr).toContain(partly(place));
    expect(deployment.mutations()).toEqual([]);
  });

  test.each([
    ['one that may be meant', nameless, 6],
    ['one that --match does not mean', withMetadata({ id: 7 }), 0],
  ])('says in the dry run that it leaves out %s', async (_, change, code) => {
    const deployment = deploy(showing(scratch, change));
    const argv = ['sa', 'rotate', '--match', 'ci-*', '--expiring-within', '1h', '--to', 'file:{id}', '--dry-run'];
    const outcome = await deployment.run([...argv, '-q', '.failed | length']);
    expect(outcome).toMatchObject({ code, stdout: `${code === 6 ? 1 : 0}\n` });
    expect(outcome.stderr.includes(illegible)).toBe(code === 6);
  });

  test('of some that are named says which cannot be read', async () => {
    const deployment = deploy(showing(scratch, nameless));
    const argv = ['sa', 'rotate', '--id', scratch, '--id', ciDeploy, '--yes', '--to', 'file:{id}'];
    expect(await deployment.run(argv)).toEqual({ code: 1, stdout: '', stderr: `sactl: ${illegible}\n` });
    expect(deployment.mutations()).toEqual([]);
  });
});

describe('after a lost answer', () => {
  const doubt = `sactl: ${illegible}; it may be named "fresh"\n`;
  const create = ['sa', 'create', '--name', 'fresh'];

  test('an account that cannot be read may be the one that was created', async () => {
    const deployment = deploy(showing(scratch, nameless, faults({ method: 'POST', answer: lost })));
    const { code, stderr } = await deployment.run([...create, '--format', 'yaml']);
    expect([code, stderr.startsWith(`${doubt}${looking}`)]).toEqual([7, true]);
    expect(stderr).toContain('; the account may have been created, and its token is lost\n');
  });

  test('one that is ours is found beside it', async () => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001';
    const more = faults({ method: 'POST', path: '/serviceaccounts', done: true, answer: lost });
    const deployment = deploy({ ...counted(), newId: () => id, ...showing(scratch, nameless, more) });
    const outcome = await deployment.run([...create, '-q', '.credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: 'second\n', stderr: `${doubt}${looking}${again('fresh', id)}` });
  });
});

/** The first item of a list is another. */
function listing(noun: string, change: (item: Item) => unknown): { intercept: Intercept } {
  return {
    intercept: async (request, next) => {
      const answer = await next(request);
      if (!new URL(request.url).pathname.endsWith(noun)) return answer;
      const [first, ...others] = (await answer.json()) as Item[];
      return Response.json(first === undefined ? [] : [change(first), ...others]);
    },
  };
}

describe('groups, roles and organizations', () => {
  test.each([
    ['groups', '/groups', without('spec')],
    ['roles', '/roles', without('grantable')],
    ['orgs', '/organizations', withMetadata({ creationTime: 7 })],
  ])('%s need no more than id and name', async (noun, path, change) => {
    const { code, stderr } = await deploy(listing(path, change)).run([noun, 'list', '--json']);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('a group without them keeps nobody from joining another', async () => {
    const deployment = deploy(listing('/groups', withMetadata({ name: null })));
    const outcome = await deployment.run(['sa', 'update', '--id', scratch, '--group', 'inference', '-q', '.groups[]']);
    expect(outcome).toEqual({ code: 0, stdout: `${groupIds.inference}\n`, stderr: '' });
  });

  test('a list of them says which cannot be read', async () => {
    const deployment = deploy(listing('/groups', withMetadata({ name: null })));
    expect(await deployment.run(['groups', 'list'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: nscale group ${Object.values(groupIds).toSorted()[0]} cannot be read: it does not fit at metadata.name\n`,
    });
  });
});

test('the answer of a rotation is used without what it need not have', async () => {
  const metadata = { id: ciDeploy, name: 'ci-deploy' };
  const status = { expiry: 7, accessToken: 'token' };
  const deployment = deploy({
    newSecret: () => 'token',
    intercept: faults({ method: 'POST', done: true, answer: () => Response.json({ metadata, status }) }),
  });
  const argv = ['sa', 'rotate', '--id', ciDeploy, '--yes', '-q', '.credential.value,.raw.status'];
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: 'token\n{"expiry":7}\n', stderr: '' });
  expect(deployment.mutations()).toEqual([post]);
});

test('an update is the same beside an account that cannot be read', async () => {
  const deployment = deploy(showing(scratch, nameless));
  const outcome = await deployment.run(['sa', 'update', '--id', 'ci-deploy', '--description', 'new', '-q', '.id']);
  expect(outcome).toEqual({ code: 0, stdout: `${ciDeploy}\n`, stderr: '' });
  expect(deployment.mutations()).toEqual([put]);
});
