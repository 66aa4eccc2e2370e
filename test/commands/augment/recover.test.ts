import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { reviewer, seedInventory, sessionOf, useAugment, type AugmentDeployment } from '../../harness/augment.ts';
import { entryIds, runWithId } from '../recover/entries.ts';
import { workFolder } from '../support.ts';

const deploy = useAugment();
const id = `--id ${reviewer.account}`;
const goal = `revoke the token "${reviewer.token}" of the service account "${reviewer.account}"`;

interface Stuck {
  readonly deployment: AugmentDeployment;
  readonly cwd: string;
  readonly inventory: { readonly path: string; readonly before: string };
  readonly entry: string;
  /** Runs `recover deliver` on the entry. */
  readonly deliver: (...flags: readonly string[]) => Promise<{ code: number; stdout: string; stderr: string }>;
}

/** A rotation from `session.json` to the token `second` that reached that file and not `folder/out`. */
async function stuck(): Promise<Stuck> {
  const cwd = await workFolder();
  const folder = join(cwd, 'folder');
  let isFirst = true;
  const deployment = deploy({
    inventory: seedInventory(),
    intercept: async (request, next) => {
      // Between the trial of the targets and the delivery.
      if (isFirst) await rm(folder, { recursive: true, force: true });
      isFirst = false;
      return next(request);
    },
  });
  await writeFile(join(cwd, 'session.json'), sessionOf(reviewer.value));
  await mkdir(folder);
  const path = join(deployment.stateDirectory, 'augment', 'inventory.json');
  const before = await readFile(path, 'utf8');
  const argv = `sa rotate ${id} --token second --stdin --yes --to session:session.json --to file:folder/out`;
  const stdin = deployment.issuance({ token: 'second' });
  expect((await deployment.run(argv.split(' '), { cwd, stdin })).code).toBe(8);
  const { stdout } = await deployment.run(['recover', 'list', '-q', '.[].id']);
  const entry = stdout.trim();
  return {
    deployment,
    cwd,
    inventory: { path, before },
    entry,
    deliver: (...flags) => deployment.run(['recover', 'deliver', '--id', entry, '--yes', ...flags], { cwd: '/' }),
  };
}

async function statesOf({ deployment }: Stuck): Promise<readonly string[]> {
  const filter = '.raw.tokens[] | [.name, .state, (.targets | length)] | @csv';
  const { stdout } = await deployment.run([...`sa get ${id} --provider augment -q`.split(' '), filter]);
  return stdout.trim().split('\n');
}

const done = ['"github-actions","pending-revoke",0', '"second","active",2'];

describe('recover deliver', () => {
  it('notes where the token is, and what it has replaced', async () => {
    const machine = await stuck();
    const { deployment, cwd, deliver } = machine;
    await mkdir(join(cwd, 'folder'));
    const { code, stdout, stderr } = await deliver('--json');
    expect(code).toBe(0);
    const got = await deployment.run(`sa get ${id} --provider augment --json`.split(' '));
    expect(JSON.parse(stdout)).toMatchObject({
      ...(JSON.parse(got.stdout) as object),
      verified: true,
      actionsRequired: [{ goal }],
    });
    expect(stderr).toContain(`to be done by a person: ${goal}`);
    expect(await statesOf(machine)).toEqual(done);
  });

  it('does the same where the first run ended before it noted anything', async () => {
    const machine = await stuck();
    const { path, before } = machine.inventory;
    await writeFile(path, before);
    await mkdir(join(machine.cwd, 'folder'));
    expect((await machine.deliver()).code).toBe(0);
    expect(await statesOf(machine)).toEqual(done);
  });

  it('records an account whose creation ended before that', async () => {
    const cwd = await workFolder();
    const folder = join(cwd, 'folder');
    await mkdir(folder);
    const deployment = deploy({
      intercept: async (request, next) => {
        await rm(folder, { recursive: true, force: true });
        return next(request);
      },
    });
    const argv = 'sa create --name ci --description Builds --token one --stdin --to file:folder/out';
    const stdin = deployment.issuance({ account: 'ci', token: 'one' });
    expect((await deployment.run([...argv.split(' '), '--provider', 'augment'], { cwd, stdin })).code).toBe(8);
    await rm(join(deployment.stateDirectory, 'augment', 'inventory.json'));
    const { stdout } = await deployment.run(['recover', 'list', '-q', '.[].id']);
    const recover = `recover deliver --id ${stdout.trim()} --to file:out --yes -q`.split(' ');
    const outcome = await deployment.run([...recover, '.name, .description, .tokens[].name'], { cwd });
    expect(outcome).toMatchObject({ code: 0, stdout: 'ci\nBuilds\none\n' });
  });

  it('does not let a token go that another one has not replaced', async () => {
    const { deployment, cwd, entry } = await stuck();
    const argv = `tokens create ${id} --token third --stdin --to file:third --provider augment`;
    const stdin = deployment.issuance({ token: 'third' });
    const options = { cwd, stdin };
    const words = argv.split(' ');
    const outcome = await runWithId(deployment, { id: entryIds.other, argv: words, options });
    expect(outcome.code).toBe(0);
    const { stdout } = await deployment.run(['recover', 'list', '-q', '.[].id']);
    expect(stdout).toBe(`${entry}\n`);
  });
});
