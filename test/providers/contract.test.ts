import { describe, expect, test } from 'vitest';

import type { Outcome } from '../harness/run.ts';
import { adapters, isAbsent, type ChangingVerb, type Deployment } from './adapters.ts';
import { faults, lost } from './faults.ts';

// The public shape, retyped by hand (docs/design.md 2): a change here is a change for every script.
const accountKeys = (
  'provider profile id name description organization status enabled clientId groups tags ' +
  'accessRules createdAt createdBy updatedAt lastUsedAt expiresAt tokens raw'
).split(' ');
const outcomeKeys = ['verified', 'reissued', 'superseded', 'deliveredTo', 'recoverId', 'actionsRequired'];
const issueKeys = [...accountKeys, 'credential', ...outcomeKeys];
const credentialKeys = ['kind', 'value', 'clientId', 'expiresAt', 'fingerprint'];
interface Printed {
  readonly [key: string]: unknown;
  readonly credential?: { readonly value: string | null };
}

/** The document a command printed with `--json`. */
function read({ stdout }: Pick<Outcome, 'stdout'>): Printed {
  return JSON.parse(stdout) as Printed;
}

function errorOf({ stderr }: Outcome): unknown {
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

async function names({ run }: Deployment): Promise<string[]> {
  return (await run(['sa', 'list', '-q', '.[].name'])).stdout.trim().split('\n');
}

/** Makes a change, with what only a person can do before it. */
async function make({ run, byHand }: Deployment, verb: ChangingVerb, argv: readonly string[]): Promise<Outcome> {
  const { flags, stdin } = byHand(verb);
  return run([...argv, ...flags], { stdin });
}

function isChange(verb: string): verb is ChangingVerb {
  return ['create', 'update', 'rotate', 'delete'].includes(verb);
}

/** Runs a verb, with what only a person can do before it where it is a change. */
async function send(deployment: Deployment, verb: string, argv: readonly string[]): Promise<Outcome> {
  return isChange(verb) ? make(deployment, verb, argv) : deployment.run(argv);
}

/** What a verb prints and logs, and every word that a person gave to it in secret. */
async function debug(
  { run, byHand }: Deployment,
  verb: string,
  argv: readonly string[],
): Promise<Outcome & { readonly given: readonly string[] }> {
  const { flags, stdin } = isChange(verb) ? byHand(verb) : { flags: [], stdin: '' };
  const outcome = await run([...argv, ...flags, '--debug'], { stdin });
  return { ...outcome, given: stdin.match(/(?<="accessToken":")[^"]+/g) ?? [] };
}

/** How many entries are in the journal. */
async function entries({ run }: Deployment): Promise<number> {
  return Number((await run(['recover', 'list', '-q', 'length'])).stdout);
}

describe.each(adapters)('$name', (adapter) => {
  const deploy = adapter.install();
  const { account, update, credentials, credentialSource } = adapter;
  const provider = ['--provider', adapter.name];
  const reads = [
    ['list', ['sa', 'list']],
    ['get', ['sa', 'get', '--id', account.id]],
  ] as const;
  const commands = {
    create: ['sa', 'create', '--name', 'contract'],
    update: ['sa', 'update', '--id', account.id, ...(update?.flags ?? ['--description', 'changed'])],
    rotate: ['sa', 'rotate', '--id', account.id, '--yes'],
    delete: ['sa', 'delete', '--id', account.id, '--yes'],
    whoami: ['whoami'],
  } as const;
  const all = ['create', 'update', 'rotate', 'delete', 'whoami'] as const;
  const absent = all.filter((verb) => isAbsent(adapter, verb));
  const present = all.filter((verb) => !absent.includes(verb)).map((verb) => [verb, commands[verb]] as const);
  const changes = present.flatMap(([verb, argv]) => (verb === 'whoami' ? [] : [[verb, argv] as const]));
  const who = present.filter(([verb]) => verb === 'whoami');

  const signedIn = [...reads, ...changes].filter(([verb]) => adapter.signedIn.includes(verb));
  const local = [...reads, ...changes].filter(([verb]) => !adapter.signedIn.includes(verb));
  const remote = changes.filter(([verb]) => adapter.signedIn.includes(verb));

  function noted(verb: string): string {
    const note = adapter.notes[verb];
    return note === undefined ? '' : `sactl: ${note}\n`;
  }

  describe('the verbs', () => {
    test('list prints every account in one shape, sorted by name', async () => {
      const { code, stdout, stderr } = await deploy().run(['sa', 'list', ...provider, '--json']);
      const accounts = JSON.parse(stdout) as Printed[];
      expect([code, stderr]).toEqual([0, noted('list')]);
      expect(accounts.length).toBeGreaterThan(1);
      for (const item of accounts) {
        expect(Object.keys(item)).toEqual(accountKeys);
        expect(item).toMatchObject({ provider: adapter.name, profile: null });
      }
      expect(accounts.some(({ tokens }) => String(tokens) !== '')).toBe(adapter.hasTokens);
      const shown = accounts.map(({ name }) => String(name));
      expect(shown).toEqual(shown.toSorted(byText));
      expect(shown).toContain(account.name);
    });

    test.each([
      ['id', account.id],
      ['name', account.name],
    ])('get finds an account by its %s', async (_, reference) => {
      const outcome = await deploy().run(['sa', 'get', '--id', reference, ...provider, '--json']);
      const document = read(outcome);
      expect([outcome.code, outcome.stderr]).toEqual([0, '']);
      expect(Object.keys(document)).toEqual(accountKeys);
      expect(document).toMatchObject(account);
    });

    test.each([
      ['create', 'contract'],
      ['rotate', account.name],
    ] as const)('%s prints the account with its credential', async (verb, name) => {
      const deployment = deploy();
      const outcome = await make(deployment, verb, [...commands[verb], '--json']);
      const document = read(outcome);
      expect([outcome.code, outcome.stderr]).toEqual([0, noted(verb)]);
      expect(Object.keys(document)).toEqual(issueKeys);
      expect(Object.keys(document.credential ?? {})).toEqual(credentialKeys);
      expect(document).toMatchObject({
        name,
        credential: { fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{12}$/) },
      });
      const value = document.credential?.value;
      expect([value === null, value === '']).toEqual([!adapter.printing.includes(verb), false]);
      expect(deployment.mutations()).toHaveLength(adapter.mutations[verb]);
      expect(document).toMatchObject({ verified: true, reissued: false, recoverId: null });
      expect(await names(deployment)).toContain(name);
      expect(await entries(deployment)).toBe(0);
    });

    test('every rotation issues another credential', async () => {
      const deployment = deploy();
      const argv = [...commands.rotate, '-q', '.credential'];
      const printed = [await make(deployment, 'rotate', argv), await make(deployment, 'rotate', argv)].map(
        ({ stdout }) => (JSON.parse(stdout) as { fingerprint: string }).fingerprint,
      );
      expect(new Set(printed).size).toBe(2);
    });

    test.each(update === null ? [] : [update])('update prints the account as it is afterwards', async (example) => {
      const deployment = deploy();
      const { filter, shows } = example;
      expect(await deployment.run([...commands.update, '-q', filter])).toEqual({
        code: 0,
        stdout: `${shows}\n`,
        stderr: '',
      });
      const again = await deployment.run(['sa', 'get', '--id', account.id, '-q', filter]);
      expect(again.stdout).toBe(`${shows}\n`);
    });

    test('update has an example where the provider has it', () => {
      expect(update === null).toBe(absent.includes('update'));
    });

    test.each(absent)('%s, which the provider lacks, is refused before any request', async (verb) => {
      const deployment = deploy();
      const { code, stdout, stderr } = await deployment.run([...commands[verb], ...provider]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      // The command itself names the providers that can; `changeProblems` would hide that.
      expect(stderr).toMatch(/ cannot .+; .+ can\n/);
      expect(deployment.mutations()).toEqual([]);
    });

    test('delete takes the account away', async () => {
      const deployment = deploy();
      const outcome = await make(deployment, 'delete', [...commands.delete, '--json']);
      expect(outcome.code).toBe(0);
      expect(deployment.mutations()).toHaveLength(adapter.mutations.delete);
      expect(read(outcome)).toEqual({ deleted: true, provider: adapter.name, ...account });
      expect(await names(deployment)).not.toContain(account.name);
    });
  });

  describe.skipIf(adapter.mutations.delete === 0)('a delete without an answer', () => {
    test.each([
      ['a lost answer', lost],
      ['500', () => new Response(null, { status: 500 })],
    ])('%s never says that nothing was deleted when it was', async (_, answer) => {
      const intercept = faults({ method: 'DELETE', done: true, answer });
      const deployment = deploy('administrator', { intercept });
      const { code } = await deployment.run(commands.delete);
      expect(await names(deployment)).not.toContain(account.name);
      // Done, partly done or unknown (docs/design.md 3): never a code that says that nothing was changed.
      expect([0, 6, 7]).toContain(code);
    });
  });

  describe('errors', () => {
    const nobody = { error: { code: 'not_found', provider: adapter.name, exitCode: 3 } };

    test('get of nobody is not found', async () => {
      const deployment = deploy();
      const outcome = await deployment.run(['sa', 'get', '--id', 'nobody', '--json']);
      expect([outcome.code, outcome.stdout]).toEqual([3, '']);
      expect(errorOf(outcome)).toMatchObject(nobody);
    });

    const named = changes.filter(([verb]) => verb !== 'create');
    test.each(named)('%s of nobody is not found', async (verb, argv) => {
      const deployment = deploy();
      const ofNobody = argv.map((word) => (word === account.id ? 'nobody' : word));
      const outcome = await make(deployment, verb, [...ofNobody, '--json']);
      expect([outcome.code, outcome.stdout]).toEqual([3, '']);
      expect(errorOf(outcome)).toMatchObject(nobody);
      expect(deployment.mutations()).toEqual([]);
    });

    const twins = adapter.twins === null ? [] : [adapter.twins];
    test.each(twins)('$name, a name of several accounts, is ambiguous', async ({ name, ids }) => {
      const deployment = deploy();
      const argv = ['sa', 'rotate', '--id', name, '--yes', '--json'];
      const outcome = await make(deployment, 'rotate', argv);
      expect([outcome.code, outcome.stdout]).toEqual([5, '']);
      expect(errorOf(outcome)).toMatchObject({
        error: { code: 'ambiguous', message: expect.stringContaining(ids.join(', ')) },
      });
      expect(deployment.mutations()).toEqual([]);
    });

    test.each([...signedIn, ...who])('%s by a stranger names the credential', async (verb, argv) => {
      const deployment = deploy('stranger');
      const outcome = await send(deployment, verb, [...argv, '--json']);
      expect([outcome.code, outcome.stdout]).toEqual([4, '']);
      expect(errorOf(outcome)).toMatchObject({
        error: { code: 'unauthenticated', hint: expect.stringContaining(credentialSource) },
      });
      expect(outcome.stderr).not.toContain(credentials.stranger);
      expect(deployment.mutations()).toEqual([]);
    });

    test.each(local)('%s takes nobody’s credential, and no notice of a stranger', async (verb, argv) => {
      const deployment = deploy('stranger');
      const outcome = await send(deployment, verb, [...argv, '--json']);
      expect([outcome.code, outcome.stderr]).toEqual([0, noted(verb)]);
      expect(deployment.mutations()).toEqual([]);
    });

    test.each(remote)('%s by a reader is forbidden, and asked once', async (verb, argv) => {
      const deployment = deploy('reader');
      const outcome = await make(deployment, verb, [...argv, '--json']);
      expect([outcome.code, outcome.stdout]).toEqual([4, '']);
      expect(errorOf(outcome)).toMatchObject({
        error: { code: 'forbidden', hint: expect.stringContaining(credentialSource) },
      });
      expect(deployment.mutations()).toHaveLength(1);
      expect(await entries(deployment)).toBe(0);
    });
  });

  test.each(changes)('a dry run of %s sends nothing, and says what it would', async (verb, argv) => {
    const deployment = deploy();
    const outcome = await make(deployment, verb, [...argv, '--dry-run', '--json']);
    const document = read(outcome);
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(document).toMatchObject({ dryRun: true, provider: adapter.name, operation: verb });
    expect(document['requests']).toHaveLength(adapter.mutations[verb]);
    expect(document['effects']).not.toHaveLength(0);
    expect(deployment.mutations()).toEqual([]);
  });

  describe('secrets', () => {
    test.each([...reads, ...changes, ...who])('are not in what %s logs', async (verb, argv) => {
      const { code, given, stdout, stderr } = await debug(deploy(), verb, [...argv, '--json']);
      expect(code).toBe(0);
      const secret = read({ stdout }).credential?.value ?? null;
      expect(secret !== null).toBe(adapter.printing.includes(verb));
      const rest = stdout.replace(`"value": "${secret}"`, '') + stderr;
      for (const word of [...Object.values(credentials), secret ?? credentials.administrator]) {
        expect(rest).not.toContain(word);
      }
      for (const word of given) expect(rest).not.toContain(word);
      expect(stderr.includes('sent headers')).toBe(adapter.asking.includes(verb));
    });

    test.each(changes)('are not in what a dry run of %s shows', async (verb, argv) => {
      const run = await debug(deploy(), verb, [...argv, '--dry-run', '--json']);
      expect(run.code).toBe(0);
      for (const word of [credentials.administrator, ...run.given]) {
        expect(run.stdout + run.stderr).not.toContain(word);
      }
    });
  });
});
