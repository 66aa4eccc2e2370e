import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { TestContextOptions } from '../harness/context.ts';
import { useNscale } from '../harness/nscale.ts';
import { run } from '../harness/run.ts';
import { leaveEntry, leftIntent } from './recover/entries.ts';
import { issuedToken, predictable, problems, workFolder } from './support.ts';

const nscale = useNscale();

const byEnvironment: TestContextOptions = { env: { SACTL_PRINT_SECRETS: 'never' } };
const why = 'SACTL_PRINT_SECRETS is never';

function refused(where: string): object {
  const text = `the credential may not be printed: ${where}; add --to file:<path>`;
  return { code: 2, stdout: '', stderr: problems([text]) };
}

/** The message of the only error on stderr, whatever form it has. */
function messageIn(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return last.startsWith('{') ? String(JSON.parse(last).error.message) : last.replace('sactl: ', '');
}

const rotate = ['sa', 'rotate', '--no-color', '--id', 'ci-deploy', '--yes'];
const create = ['sa', 'create', '--no-color', '--name', 'ci'];
const ways = [
  [],
  ['--json'],
  ['-q', '.credential.value'],
  ['-q', '.name'],
  ['--raw', '--json'],
  ['--raw', '-q', '.status.accessToken'],
  ['--format', 'ndjson'],
  ['--format', 'yaml'],
  ['--format', 'csv'],
];

describe.each([
  ['a pipe', {}],
  ['a terminal', { terminal: 100 }],
])('with a ban, and %s', (_, options) => {
  it.each(ways)('nothing is issued that would be printed: %s %s %s', async (...flags) => {
    for (const argv of [rotate, create]) {
      const deployment = nscale(predictable);
      const { code, stdout, stderr } = await deployment.run([...argv, ...flags], { ...byEnvironment, ...options });
      expect({ code, stdout, message: messageIn(stderr) }).toEqual({
        code: 2,
        stdout: '',
        message: `the credential may not be printed: ${why}; add --to file:<path>`,
      });
      expect(deployment.requests).toEqual([]);
    }
  });
});

it('forbids it for Run:ai, too', async () => {
  const argv = ['sa', 'create', '--sandbox', '--provider', 'runai', '--name', 'ci', '-q', '.credential.value'];
  const { code, stderr } = await run(argv, byEnvironment);
  expect([code, messageIn(stderr)]).toEqual([2, `the credential may not be printed: ${why}; add --to file:<path>`]);
});

it('leaves what goes to a target alone, and reads', async () => {
  const cwd = await workFolder({});
  const deployment = nscale(predictable);
  const options = { ...byEnvironment, cwd };
  const { code, stdout } = await deployment.run([...rotate, '--to', 'file:t', '-q', '.credential.value'], options);
  expect({ code, stdout, kept: await readFile(join(cwd, 't'), 'utf8') }).toEqual({
    code: 0,
    stdout: 'null\n',
    kept: issuedToken,
  });
  expect((await deployment.run(['sa', 'list', '-q', 'length'], options)).code).toBe(0);
});

it('says in a dry run that stdout is no place', async () => {
  const { code, stdout } = await nscale(predictable).run([...rotate, '--dry-run', '-q', '.targets'], byEnvironment);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ target: 'stdout', ok: false }]);
});

describe('the setting', () => {
  it('may stand in the file of a project', async () => {
    const cwd = await workFolder({ '.sactlrc.yaml': 'printSecrets: never\n' });
    const deployment = nscale(predictable);
    expect(await deployment.run(rotate, { cwd })).toEqual(
      refused(`printSecrets is never in ${join(cwd, '.sactlrc.yaml')}`),
    );
    expect(deployment.requests).toEqual([]);
  });

  it("may stand in the user's file, and in a profile for that profile alone", async () => {
    const home = await workFolder({
      'all.yaml': 'printSecrets: never\n',
      'one.yaml': [
        'profiles:',
        '  prod: { provider: nscale, credential: { env: NSCALE_SERVICE_TOKEN }, printSecrets: never }',
        '  dev: { provider: nscale, credential: { env: NSCALE_SERVICE_TOKEN } }',
      ].join('\n'),
    });
    const [all, one] = ['all.yaml', 'one.yaml'].map((name) => ({ env: { SACTL_CONFIG: join(home, name) } }));
    const json = [...rotate, '-q', '.name'];
    const filtered = [...rotate, '-q', '.credential.value'];
    expect(messageIn((await nscale(predictable).run(json, all)).stderr)).toContain(
      `printSecrets is never in ${join(home, 'all.yaml')}`,
    );
    expect(messageIn((await nscale(predictable).run([...json, '--profile', 'prod'], one)).stderr)).toContain(
      `printSecrets is never in the profile prod in ${join(home, 'one.yaml')}`,
    );
    expect((await nscale(predictable).run([...filtered, '--profile', 'dev'], one)).code).toBe(0);
  });

  it.each(['always', 'true', 'false', 'no', '0', 'Never'])(
    'is never "%s", so that nothing lifts a ban',
    async (word) => {
      const cwd = await workFolder({ '.sactlrc.yaml': `printSecrets: "${word}"\n` });
      const says = 'must be "never", or be removed: no setting can allow what another one forbids';
      const filtered = [...rotate, '--no-color'];
      expect(await nscale().run(filtered, { cwd, ...byEnvironment })).toEqual({
        code: 2,
        stdout: '',
        stderr: problems([`${join(cwd, '.sactlrc.yaml')}: "printSecrets" ${says}`]),
      });
      expect(await nscale().run(filtered, { env: { SACTL_PRINT_SECRETS: word } })).toEqual({
        code: 2,
        stdout: '',
        stderr: problems([`SACTL_PRINT_SECRETS ${says}`]),
      });
    },
  );

  it('is shown with its source', async () => {
    const argv = ['config', 'explain', '--sandbox', '-q', '.settings[] | select(.name == "printSecrets")'];
    const { stdout } = await run(argv, byEnvironment);
    expect(JSON.parse(stdout)).toEqual({
      name: 'printSecrets',
      value: 'never',
      source: 'environment variable SACTL_PRINT_SECRETS',
    });
  });
});

describe('what is kept', () => {
  it.each([[[]], [['--json']], [['-q', '.credential.value']]])('is not revealed: %s', async (flags) => {
    const deployment = nscale();
    await leaveEntry(deployment, {});
    const argv = ['recover', 'show', '--id', '4f1c09d2', '--reveal', ...flags];
    const { code, stdout, stderr } = await deployment.run(argv, byEnvironment);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`the credential may not be printed: ${why}`);
    expect(stderr).toContain('sactl recover deliver --id <id> --to file:<path>');
  });

  it('is not delivered to stdout', async () => {
    const deployment = nscale();
    await leaveEntry(deployment, { targets: [] });
    const argv = ['recover', 'deliver', '--id', '4f1c09d2', '--yes', '-q', '.credential.value'];
    const { code, stdout, stderr } = await deployment.run(argv, byEnvironment);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`the credential may not be printed: ${why}; add --to file:<path>`);
    expect(deployment.requests).toEqual([]);
  });

  it('is not printed where its own profile forbids it', async () => {
    const home = await workFolder({});
    const file = join(home, 'config.yaml');
    await writeFile(
      file,
      'profiles: { prod: { provider: nscale, credential: { env: NSCALE_SERVICE_TOKEN }, printSecrets: never } }\n',
    );
    const deployment = nscale();
    await leaveEntry(deployment, { targets: [], connection: { ...leftIntent.connection, profile: 'prod' } });
    const options = { env: { SACTL_CONFIG: file } };
    const show = await deployment.run(['recover', 'show', '--id', '4f1c09d2', '--reveal', '--json'], options);
    const deliver = ['recover', 'deliver', '--id', '4f1c09d2', '--yes', '--json'];
    for (const { code, stdout, stderr } of [show, await deployment.run(deliver, options)]) {
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`printSecrets is never in the profile prod in ${file}`);
    }
  });
});

it("keeps the sandbox's console from printing a session", async () => {
  const argv = ['sandbox', 'console', 'augment', 'issue', '--account', 'ci-reviewer', '--token', 'nightly'];
  expect(await run(argv, byEnvironment)).toEqual({
    code: 2,
    stdout: '',
    stderr: `sactl: the new session.json may not be printed: ${why}\n`,
  });
});
