import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import type { Prompter } from '../../../src/context.ts';
import { nscaleEndpoint, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { workFolder } from '../support.ts';
import { userFile } from './home.ts';

const nscale = useNscale();

/** What a person answers, in turn; what a question refuses is told, and the next answer is taken. */
function person(answers: readonly (readonly [question: string, answer: string])[]) {
  const left = [...answers];
  const refusals: string[] = [];
  const offered: string[] = [];
  const choices: (readonly string[])[] = [];
  function next(message: string): string {
    const [question, answer] = left.shift() ?? ['nothing', ''];
    expect(message).toBe(question);
    return answer;
  }
  const prompt: Partial<Prompter> = {
    select: ({ message, choices: all }) => {
      choices.push(all.map(({ label }) => label));
      return Promise.resolve(next(message));
    },
    input: ({ message, validate, default: usual }) => {
      if (usual !== undefined) offered.push(usual);
      for (;;) {
        const answer = next(message);
        const verdict = validate?.(answer) ?? true;
        if (verdict === true) return Promise.resolve(answer);
        refusals.push(verdict);
      }
    },
  };
  return { prompt, refusals, offered, choices, left };
}

const where = 'Where is the credential (NSCALE_SERVICE_TOKEN)?';
const flags = ['config', 'init', '--provider', 'nscale', '--endpoint', nscaleEndpoint];
const env = { TOKEN: sandboxTokens.administrator, WRONG: 'wrong-token', NSCALE_SERVICE_TOKEN: undefined };

it('a credential that does not work is said, and its place is asked for again', async () => {
  const home = await workFolder();
  const { prompt, left } = person([
    [where, 'env'],
    ['Which variable', 'WRONG'],
    [where, 'env'],
    ['Which variable', 'TOKEN'],
  ]);
  const options = { homeDirectory: home, terminal: 100, prompt, env };
  const { code, stderr } = await nscale().run([...flags, '--name', 'prod'], options);
  expect({ code, left }).toEqual({ code: 0, left: [] });
  expect(stderr).toContain('nscale answered 401');
  expect(await readFile(join(home, userFile), 'utf8')).toContain('credential: { env: TOKEN }');
});

it('a secret in the place of a name is refused, and is in no message', async () => {
  const home = await workFolder({ token: sandboxTokens.administrator });
  const secret = 'eyJhbGciOi.s3cret-s3cret.s3cret';
  const { prompt, refusals } = person([
    [where, 'file'],
    ['Which file', secret],
    ['Which file', '{"accessToken": "s3cret"}'],
    ['Which file', 'nowhere'],
    ['Which file', 'token'],
  ]);
  const options = { homeDirectory: home, cwd: home, terminal: 100, prompt, env };
  const { code, stdout, stderr } = await nscale().run([...flags, '--name', 'prod'], options);
  expect({ code, refusals }).toEqual({
    code: 0,
    refusals: [
      'this is not a path: say where the secret is; do not paste it here',
      'this is not a path: say where the secret is; do not paste it here',
      'there is no such file: say where the secret is; do not paste it here',
    ],
  });
  const file = await readFile(join(home, userFile), 'utf8');
  expect([stdout, stderr, file].join('')).not.toContain('s3cret');
  // In the file, a relative path would begin at its own folder.
  expect(file).toContain(join(home, 'token'));
});

it.each([
  ['eyJ.s3cret', 'this is not the name of a variable: say where the secret is; do not paste it here'],
  ['NOT_SET', 'no such variable is set here: say where the secret is; do not paste it here'],
])('"%s" is no variable that is set', async (answer, refusal) => {
  const home = await workFolder();
  const { prompt, refusals } = person([
    [where, 'env'],
    ['Which variable', answer],
    ['Which variable', 'TOKEN'],
  ]);
  await nscale().run([...flags, '--name', 'prod'], { homeDirectory: home, terminal: 100, prompt, env });
  expect(refusals).toEqual([refusal]);
});

it('what is on this machine is offered first', async () => {
  const home = await workFolder();
  await mkdir(join(home, '.augment'));
  await writeFile(join(home, '.augment', 'session.json'), '{}');
  const { prompt, choices } = person([
    ['Which provider?', 'nscale'],
    ['A name for the profile', 'prod'],
    [where, 'env:NSCALE_SERVICE_TOKEN'],
  ]);
  const { code } = await nscale().run(['config', 'init', '--endpoint', nscaleEndpoint], {
    homeDirectory: home,
    terminal: 100,
    prompt,
    env: { NSCALE_SERVICE_TOKEN: sandboxTokens.administrator },
  });
  expect({ code, choices }).toEqual({
    code: 0,
    choices: [
      [
        'nscale (a credential is in the variable NSCALE_SERVICE_TOKEN, which is set here)',
        'Augment (a credential is in ~/.augment/session.json, which is there)',
        'NVIDIA Run:ai',
      ],
      [
        'in the variable NSCALE_SERVICE_TOKEN, which is set here',
        'in another environment variable',
        'in a file',
        'a program prints it, e.g. pass, op or vault',
      ],
    ],
  });
});

it('a name that is taken, or none, is said at once', async () => {
  const home = await workFolder();
  const options = { homeDirectory: home, env };
  await nscale().run([...flags, '--credential', 'env:TOKEN'], options);
  const { prompt, refusals, offered } = person([
    ['A name for the profile', 'nscale'],
    ['A name for the profile', '../x'],
    ['A name for the profile', ' '],
    ['A name for the profile', 'other'],
  ]);
  const argv = [...flags, '--credential', 'env:TOKEN'];
  expect(await nscale().run(argv, { ...options, terminal: 100, prompt })).toMatchObject({ code: 0 });
  expect(refusals).toEqual([
    'there is a profile of that name: take another',
    'must be named with letters, digits, ".", "_" and "-"',
    'it must not be empty',
  ]);
  expect(offered).toEqual(['nscale-2']);
});

it('nothing is asked where flags say it all, so that lines can be pasted one after the other', async () => {
  const home = await workFolder();
  const { prompt } = person([]);
  const argv = [...flags, '--credential', 'env:TOKEN'];
  const run = await nscale().run(argv, { homeDirectory: home, env, terminal: 100, prompt });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(join(home, userFile), 'utf8')).toContain('  nscale:\n');
});
