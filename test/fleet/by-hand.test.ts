import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { consoleUrl, seedInventory, useAugment } from '../harness/augment.ts';
import { entriesIn } from '../outcomes/observe.ts';
import { sandbox } from '../commands/augment/sandbox.ts';
import { workFolder } from '../commands/support.ts';
import { itemsOf, verdictOf } from './agreement.ts';

const augment = useAugment();

const rotate = ['sa', 'rotate', '--to', 'session:{name}.json', '--yes', '--json'];
const host = 'acme.api.augmentcode.com';

describe('accounts whose credential a person fetches', () => {
  it('are exit 20 when they are due, with the step to take, and nothing is touched', async () => {
    const deployment = augment({ inventory: seedInventory() });
    const cwd = await workFolder();
    const run = await deployment.run([...rotate, '--older-than', '14d'], { cwd });
    expect(run.code).toBe(20);
    const action = {
      goal: 'make an API token "2026-11-22" of the service account "ci-reviewer"',
      url: consoleUrl,
      command: `sactl serviceaccounts rotate --provider augment --id ${host}/ci-reviewer -f session.json --to <target> --yes`,
    };
    expect(itemsOf(run)).toMatchObject([
      {
        kind: 'failed',
        name: 'ci-reviewer',
        exitCode: 20,
        actionsRequired: [action],
        error: { code: 'action_required', hint: action.command, actionsRequired: [action] },
      },
      { kind: 'failed', name: 'docs_writer', exitCode: 20 },
    ]);
    const last = JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '') as unknown;
    expect(last).toMatchObject({
      error: { code: 'action_required', message: '0 of 2 accounts were rotated; 2 failed', hint: action.command },
    });
    expect(deployment.requests).toEqual([]);
    expect(readdirSync(cwd)).toEqual([]);
    expect(entriesIn(deployment.stateDirectory)).toEqual([]);
  });

  it.each([
    [['--older-than', '60d'], 'its credential was issued 2026-11-01T10:00:00Z'],
    [['--expiring-within', '60d'], 'it has no known expiry'],
  ])('are left when they are not due: %j', async (selector, detail) => {
    const run = await augment({ inventory: seedInventory() }).run([...rotate, ...selector]);
    expect(run.code).toBe(0);
    expect(itemsOf(run)).toMatchObject([
      { kind: 'skipped', name: 'ci-reviewer', reason: 'not due', detail, exitCode: 0 },
      { kind: 'skipped', name: 'docs_writer', reason: 'not due', detail, exitCode: 0 },
    ]);
  });

  it('are in the plan as what it cannot do', async () => {
    const deployment = augment({ inventory: seedInventory() });
    const run = await deployment.run([...rotate, '--all', '--dry-run']);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      dryRun: true,
      requests: [],
      accounts: [],
      failed: [
        { name: 'ci-reviewer', exitCode: 20 },
        { name: 'docs_writer', exitCode: 20 },
      ],
    });
  });

  it('do not keep those of other providers from being rotated', async () => {
    const { sactl, atConsole, cwd, stateDirectory } = await sandbox();
    const session = await atConsole('issue', '--account', 'ci-reviewer', '--token', 'first');
    const create = ['sa', 'create', '--name', 'ci-reviewer', '--stdin', '--token', 'first'];
    expect((await sactl([...create, '--to', 'session:s.json', '--json'], { stdin: session })).code).toBe(0);
    const argv = ['sa', 'rotate', '--provider', 'all', '--match', '{ci-*,scratch}', '--yes', '--json'];
    const run = await sactl([...argv, '--to', 'file:{provider}-{name}']);
    expect(run.code).toBe(20);
    expect(itemsOf(run).map((item) => `${item.provider} ${item.name}: ${verdictOf(item)}`)).toEqual([
      'nscale ci-deploy: rotated',
      'runai ci-language: rotated',
      'runai ci-vision: rotated',
      'nscale scratch: rotated',
      'augment ci-reviewer: failed: 20',
    ]);
    expect(itemsOf(run).at(-1)?.error?.hint).toBe(
      'sactl serviceaccounts rotate --provider augment --sandbox --id acme.api.augment.sandbox.invalid/ci-reviewer -f session.json --to <target> --yes',
    );
    expect(JSON.parse(run.stdout)).toMatchObject({ sandbox: true });
    expect(readdirSync(cwd).toSorted()).toEqual([
      'nscale-ci-deploy',
      'nscale-scratch',
      'runai-ci-language',
      'runai-ci-vision',
      's.json',
    ]);
    expect(entriesIn(join(stateDirectory, 'sandbox'))).toEqual([]);
  });
});
