import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { formats } from '../../../src/model/format.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { useNscale } from '../../harness/nscale.ts';
import { issuedToken, predictable, problems, workFolder } from '../support.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--no-color', '--id', 'ci-deploy', '--yes'];
const create = ['sa', 'create', '--no-color', '--name', 'ci'];
const noPlace = 'no place for the new credential: add --to file:<path>, or -q .credential.value to print it';
const refused = { code: 2, stdout: '', stderr: problems([noPlace]) };

const projectFiles = ['.sactlrc', '.sactlrc.json', '.sactlrc.yaml', 'sactl.config.yml'];

/** Everything that a project file may say, with the format that would print the most. */
function hostile(format: string): string {
  return JSON.stringify({ provider: 'nscale', columns: ['name', 'credential'], format });
}

/** Where nobody but the runner reads what is printed. */
const jobs: readonly (readonly [string, TestContextOptions])[] = [
  ['a pipe', {}],
  ['CI and a pipe', { env: { CI: 'true' } }],
  ['CI and a terminal', { env: { CI: 'true' }, terminal: 100 }],
];

describe.each(jobs)('with %s, no file chooses stdout for a credential:', (_, options) => {
  it.each(formats)('a project file that says %s', async (format) => {
    const cwd = await workFolder({ '.sactlrc.yaml': `format: ${format}\ncolumns: [name, credential]\n` });
    for (const argv of [rotate, create]) {
      const deployment = nscale(predictable);
      expect(await deployment.run(argv, { ...options, cwd })).toEqual(refused);
      expect(deployment.requests).toEqual([]);
    }
  });

  it.each(projectFiles)('a project file named %s', async (name) => {
    const cwd = await workFolder({ [name]: hostile('json') });
    expect(await nscale(predictable).run(rotate, { ...options, cwd })).toEqual(refused);
  });

  it('the file of the user', async () => {
    const home = await workFolder({ 'own.yaml': 'format: json\n' });
    const env = { ...options.env, SACTL_CONFIG: join(home, 'own.yaml') };
    expect(await nscale(predictable).run(rotate, { ...options, env })).toEqual(refused);
  });

  it('a flag does, whatever the file says', async () => {
    const cwd = await workFolder({ '.sactlrc.yaml': hostile('yaml') });
    const argv = [...rotate, '-q', '.credential.value'];
    expect(await nscale(predictable).run(argv, { ...options, cwd })).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr: '',
    });
  });

  it.each([
    { argv: ['--json'] },
    { argv: ['--format', 'yaml'] },
    { argv: ['--format', 'ndjson', '--raw'] },
    { argv: ['--query-file', 'filter.jq'] },
  ])('so does $argv', async ({ argv }) => {
    const cwd = await workFolder({ '.sactlrc.yaml': hostile('csv'), 'filter.jq': '.credential' });
    const { code, stdout } = await nscale(predictable).run([...rotate, ...argv], { ...options, cwd });
    expect({ code, hasToken: stdout.includes(issuedToken) }).toEqual({ code: 0, hasToken: true });
  });
});

/** Settings of a project file that would print what no flag asked for, if there were such settings. */
const wishes = ['query: .credential.value', 'queryFile: filter.jq', 'json: true', 'raw: true', 'to: stdout'];

it.each(wishes)('a project file that says "%s" is refused', async (text) => {
  const cwd = await workFolder({ '.sactlrc.yaml': `${text}\n`, 'filter.jq': '.credential.value' });
  const deployment = nscale(predictable);
  const { code, stdout, stderr } = await deployment.run(rotate, { cwd, env: { CI: 'true' } });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`unknown key "${text.split(':')[0]}"`);
  expect(deployment.requests).toEqual([]);
});

it.each(['SACTL_FORMAT', 'SACTL_QUERY', 'SACTL_JSON', 'SACTL_RAW'])('%s says nothing', async (name) => {
  const env = { CI: 'true', [name]: name === 'SACTL_FORMAT' ? 'json' : '.credential.value' };
  expect(await nscale(predictable).run(rotate, { env })).toEqual(refused);
});

it('with --to, a file shapes the report, which holds no credential', async () => {
  const cwd = await workFolder({ '.sactlrc.yaml': hostile('json') });
  const argv = [...rotate, '--to', 'file:token'];
  const { code, stdout, stderr } = await nscale(predictable).run(argv, { cwd, env: { CI: 'true' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ credential: { value: null }, verified: true });
});

it('a preview says so, too', async () => {
  const cwd = await workFolder({ '.sactlrc.yaml': hostile('json') });
  const { code, stdout, stderr } = await nscale(predictable).run([...rotate, '--dry-run'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: `sactl: ${noPlace}\n` });
  expect(JSON.parse(stdout)).toMatchObject({ targets: [{ target: 'stdout', ok: false }] });
});

describe('at a terminal without CI', () => {
  it.each([
    ['the table', {}, `Token (shown this once):\n${issuedToken}\n`],
    ['what the file says', { '.sactlrc.yaml': 'format: yaml\n' }, `  value: ${issuedToken}\n`],
  ])('a person sees %s', async (_, files, expected) => {
    const cwd = await workFolder(files);
    const { code, stdout } = await nscale(predictable).run(rotate, { cwd, terminal: 100 });
    expect(code).toBe(0);
    expect(stdout).toContain(expected);
  });
});
