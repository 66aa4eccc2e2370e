// @module-tag slow
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../src/errors.ts';
import { issuingProviders } from '../harness/providers.ts';
import { entriesIn } from '../outcomes/observe.ts';
import { disagreements, itemsOf } from './agreement.ts';
import { due, id, isTrial, nightly, rotate, said, verdicts, withFolderBack, withKept, worldOf } from './kept-world.ts';
import { toFiles } from './world.ts';

describe('what an earlier run kept, at the next night', () => {
  it.each(issuingProviders)('is delivered without another rotation, and then no entries (%s)', async (provider) => {
    const world = await withFolderBack({ provider });
    const run = await world.run([...rotate, ...due[provider]]);
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 0, verdicts: ['delivered'] });
    expect(run.stderr).toContain(`sactl: [1/1] delivered app-001 (${provider})\nsactl: 0 rotated, 1 delivered, `);
    expect(itemsOf(run)[0]).toMatchObject({
      verified: true,
      recoverId: null,
      deliveredTo: [{ target: `file:tokens/${provider}-app-001`, ok: true, error: null }],
      credential: { value: null },
    });
    expect(disagreements(world, run)).toEqual([]);
    expect(world.mutations()).toHaveLength(1);
    expect(entriesIn(world.stateDirectory)).toEqual([]);
    const third = await world.run([...rotate, ...due[provider]]);
    expect({ code: third.code, verdicts: verdicts(third) }).toEqual({ code: 0, verdicts: ['skipped: not due'] });
    expect((await world.run(['recover', 'list', '--json'])).stdout).toBe('[]\n');
    expect(world.mutations()).toHaveLength(1);
  });

  it('is rotated at once where it is dead, although the account is not due', async () => {
    const world = await withFolderBack();
    const elsewhere = { SACTL_STATE_DIR: join(world.folder, 'other') };
    const byOther = ['sa', 'rotate', '--id', 'app-001', '--to', 'file:other-token', '--yes', '--quiet'];
    expect((await world.run(byOther, { env: elsewhere })).code).toBe(0);
    expect(world.mutations()).toHaveLength(2);
    const run = await world.run(nightly);
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 0, verdicts: ['rotated'] });
    expect(world.mutations()).toHaveLength(3);
    expect(world.token()).toBe(world.servers.nscale?.issuedTo(id).at(-1));
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('stays, and nothing is rotated, while its target fails', async () => {
    const world = await withKept();
    const run = await world.run(nightly);
    const [item] = itemsOf(run);
    expect({ code: run.code, item }).toMatchObject({
      code: 8,
      item: {
        kind: 'failed',
        exitCode: 8,
        error: {
          code: 'undelivered',
          message: expect.stringMatching(
            /^nscale service account app-001 \(.*\) is not due, but the credential that an earlier run issued is still in the journal: --to "file:tokens\/nscale-app-001": there is no folder /,
          ),
          hint: `sactl recover deliver --id ${item?.recoverId}`,
        },
      },
    });
    expect(world.mutations()).toHaveLength(1);
    expect(entriesIn(world.stateDirectory)).toHaveLength(1);
    world.giveBack();
    expect((await world.run(nightly)).code).toBe(0);
    expect(world.mutations()).toHaveLength(1);
  });

  it('stays, and nothing is written, while it cannot be tried', async () => {
    let isDown = false;
    const down = Response.json({ error: 'server_error', error_description: 'down' }, { status: 503 });
    const world = await withFolderBack({ answer: (request) => (isDown && isTrial(request) ? down.clone() : null) });
    isDown = true;
    const run = await world.run(nightly);
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 8, verdicts: ['failed: 8'] });
    expect(itemsOf(run)[0]?.error?.message).toContain('is still in the journal: it could not be tried: ');
    expect([world.token(), world.mutations().length, entriesIn(world.stateDirectory).length]).toEqual(['old', 1, 1]);
  });

  it('is not delivered where it was meant for stdout', async () => {
    const world = worldOf();
    const stdout = { write: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) };
    const printed = ['sa', 'rotate', '--id', 'app-001', '--yes', '-q', '.credential.value'];
    expect((await world.run(printed, { stdout })).code).toBe(8);
    const run = await world.run(nightly);
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 8, verdicts: ['failed: 8'] });
    expect(itemsOf(run)[0]?.error?.message).toMatch(/ is still in the journal: it was meant for stdout$/);
    expect(run.stdout).not.toContain('issued.');
    expect(world.mutations()).toHaveLength(1);
    // It is superseded by the rotation that somebody asks for.
    expect(verdicts(await world.run([...rotate, '--all']))).toEqual(['rotated']);
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('is rotated again where the journal was not allowed to keep it', async () => {
    const world = worldOf();
    world.takeFolder();
    expect((await world.run([...nightly, '--no-journal'])).code).toBe(7);
    world.giveBack();
    const run = await world.run(nightly);
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 0, verdicts: ['rotated'] });
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('is said to be delivered by --dry-run, which delivers nothing', async () => {
    const world = await withFolderBack();
    const run = await world.run([...nightly, '--dry-run']);
    expect({ code: run.code, plan: JSON.parse(run.stdout) }).toMatchObject({
      code: 0,
      plan: {
        provider: 'nscale',
        requests: [],
        effects: ['app-001: the credential kept since 2026-11-22T12:00:00Z is delivered to file:tokens/nscale-app-001'],
        accounts: [],
        failed: [],
      },
    });
    expect([world.token(), world.mutations().length, entriesIn(world.stateDirectory).length]).toEqual(['old', 1, 1]);
  });

  it('is asked for on a terminal', async () => {
    const world = await withFolderBack();
    const asked: string[] = [];
    const prompt = { confirm: ({ message }: { message: string }) => Promise.resolve(asked.push(message) > 1) };
    const run = await world.run(['sa', 'rotate', ...toFiles, ...due.nscale, '--no-color'], { terminal: 120, prompt });
    expect({ code: run.code, stderr: said(run), asked }).toEqual({
      code: 2,
      stderr:
        '  - app-001: the credential kept since 2026-11-22T12:00:00Z is delivered to file:tokens/nscale-app-001\n' +
        'sactl: a new credential has not been delivered: sactl recover list\n' +
        'sactl: not confirmed; nothing was changed\n',
      asked: ['Deliver the kept credential?'],
    });
    expect(world.token()).toBe('old');
  });

  it('stays when Ctrl-C comes with its second trial', async () => {
    const controller = new AbortController();
    let trials = 0;
    const world = await withFolderBack({
      answer: (request) => {
        if (isTrial(request) && (trials += 1) === 2) controller.abort(new InterruptedError('SIGINT'));
        return null;
      },
    });
    trials = 0;
    const run = await world.run(nightly, { signal: controller.signal });
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 130, verdicts: ['skipped: interrupted'] });
    expect([world.token(), world.mutations().length, entriesIn(world.stateDirectory).length]).toEqual(['old', 1, 1]);
    expect(verdicts(await world.run(nightly))).toEqual(['delivered']);
  });
});

describe('what an earlier run kept of an account that is rotated', () => {
  it('is delivered first', async () => {
    const world = await withFolderBack();
    const run = await world.run([...rotate, '--all']);
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 0, verdicts: ['rotated'] });
    expect(said(run)).toBe(
      'sactl: 1 account was rotated less than 12h ago, and would be rotated again; --older-than 12h --age-from createdAt leaves such accounts out\n' +
        'sactl: app-001: what an earlier run kept was delivered\n' +
        'sactl: [1/1] rotated app-001 (nscale)\nsactl: 1 rotated, 0 skipped, 0 failed\n',
    );
    expect(world.token()).toBe(world.servers.nscale?.issuedTo(id)[1]);
    expect([world.mutations().length, entriesIn(world.stateDirectory).length]).toEqual([2, 0]);
  });

  it('is said where it cannot be delivered, and the account is rotated all the same', async () => {
    const world = await withKept();
    mkdirSync(join(world.folder, 'new'));
    const run = await world.run(['sa', 'rotate', '--all', '--to', 'file:new/{name}', '--yes', '--json']);
    expect({ code: run.code, verdicts: verdicts(run) }).toEqual({ code: 0, verdicts: ['rotated'] });
    expect(run.stderr).toContain(
      'sactl: app-001: what an earlier run kept cannot be delivered: --to "file:tokens/nscale-app-001": there is no folder ',
    );
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });

  it('is the newest of several, and the older ones are erased', async () => {
    const world = worldOf();
    mkdirSync(join(world.folder, 'tokens/old'));
    world.takeFolder();
    expect((await world.run(['sa', 'rotate', '--all', '--to', 'file:tokens/old/{name}', '--yes'])).code).toBe(8);
    world.giveBack();
    rmSync(join(world.folder, 'tokens/old'), { recursive: true });
    world.takeFolder();
    expect((await world.run([...rotate, '--all'])).code).toBe(8);
    world.giveBack();
    mkdirSync(join(world.folder, 'tokens/old'));
    expect(entriesIn(world.stateDirectory)).toHaveLength(2);
    expect(verdicts(await world.run(nightly))).toEqual(['delivered']);
    expect([world.token(), existsSync(join(world.folder, 'tokens/old/app-001'))]).toEqual([
      world.servers.nscale?.issuedTo(id)[1],
      false,
    ]);
    expect([world.mutations().length, entriesIn(world.stateDirectory).length]).toEqual([2, 0]);
  });
});
