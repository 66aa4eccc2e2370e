import { describe, expect, it } from 'vitest';

import { scripted } from '../../harness/prompts.ts';

import type { TestContextOptions } from '../../harness/context.ts';
import { backupOf, consoleUrl, host, marked, sandbox, tokenOf, type Sandbox } from './sandbox.ts';

interface Person {
  readonly options: TestContextOptions;
  /** Every question, in order. */
  readonly questions: readonly string[];
}

/** Somebody at a terminal who pastes this where it is not shown, and agrees to everything. */
function person(pasted = ''): Person {
  const questions: string[] = [];
  function say<Answer>(answer: Answer): (question: { message: string }) => Promise<Answer> {
    return ({ message }) => {
      questions.push(message);
      return Promise.resolve(answer);
    };
  }
  return {
    questions,
    options: { terminal: 200, prompt: { input: say(''), password: say(pasted), confirm: say(true) } },
  };
}

const hidden = 'The new token, or the whole session.json (not shown)';

async function created(): Promise<Sandbox & { readonly first: string }> {
  const machine = await sandbox();
  await machine.atConsole('create', '--name', 'ci');
  const first = await machine.atConsole('issue', '--account', 'ci', '--token', 'first');
  const { options, questions } = person(first);
  const argv = 'sa create --name ci --token first --to session:session.json --no-color';
  const { code, stderr } = await machine.sactl(argv.split(' '), options);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: marked(
      'To be done by a person: make the service account "ci" and an API token "first" of it',
      `  at ${consoleUrl}`,
      '  - service account "ci" of https://acme.api.augment.sandbox.invalid is recorded on this machine, with its token "first"',
      '  - the new credential goes to session:session.json',
    ),
  });
  expect(questions).toEqual([
    'Description (optional)',
    hidden,
    'Record service account ci in organization https://acme.api.augment.sandbox.invalid?',
  ]);
  return { ...machine, first };
}

// A token is shown once: whoever is sent for it must not come back for nothing.
describe('nobody is sent to the console', () => {
  it.each([
    ['without a place for the session', 'sa rotate --id ci', '--to is missing: say where'],
    [
      'for a place that is not there',
      'sa rotate --id ci --to session:folder/session.json',
      '--to "session:folder/session.json": there is no folder',
    ],
    [
      'for a token with a name that has none',
      'sa rotate --id ci --to session:session.json --token=',
      '--token: names of tokens have 1 to 100 characters on one line',
    ],
    [
      'for a filter that fails on the result',
      'tokens create --id ci --token second -q .name.x',
      'the filter fails on a result of this command',
    ],
    [
      'for a new account whose session has no place',
      'sa create --name new --to session:folder/session.json',
      '--to "session:folder/session.json": there is no folder',
    ],
  ])('%s', async (_, argv, problem) => {
    const { sactl } = await created();
    const { options, questions } = person();
    const { code, stdout, stderr } = await sactl([...argv.split(' '), '--no-color'], options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain('To be done by a person');
    expect(questions).not.toContain(hidden);
  });
});

describe('the life of a token, at a terminal,', () => {
  it('begins with a session that is pasted and not shown', async () => {
    const { first, file, sactl } = await created();
    expect(`${await file('session.json')}\n`).toBe(first);
    const shown = await sactl(['tokens', 'list', '--id', 'ci', '-q', '.[] | [.name, .state]']);
    expect(shown.stdout).toBe('["first","active"]\n');
  });

  it('goes on with a token alone, as the console shows it', async () => {
    const { first, atConsole, sactl, file, backups } = await created();
    const second = await atConsole('issue', '--account', 'ci', '--token', 'second');
    const { options, questions } = person(` ${tokenOf(second)}\n`);
    const argv = 'sa rotate --id ci --token second --to session:session.json --no-color';
    const { code, stdout, stderr } = await sactl(argv.split(' '), options);
    expect(code).toBe(0);
    expect(questions).toEqual([hidden, `Rotate the credential of ci (${host}/ci) in organization https://${host}?`]);
    expect(stderr).toContain(
      marked('To be done by a person: make an API token "second" of the service account "ci"', `  at ${consoleUrl}`),
    );
    expect(stderr).toContain('the old token works on until it is revoked in the web console: that step is yours');
    expect(stdout + stderr).not.toContain(tokenOf(second));
    expect(`${await file('session.json')}\n`).toBe(second);
    expect(await backups()).toEqual([backupOf(first)]);
  });

  it('ends when a person says that it was revoked, and it is seen to be', async () => {
    const { atConsole, sactl, file } = await created();
    const second = await atConsole('issue', '--account', 'ci', '--token', 'second');
    await sactl('sa rotate --id ci --token second --to session:session.json'.split(' '), person(second).options);
    await atConsole('revoke', '--account', 'ci', '--token', 'first');
    const { options, questions } = person();
    const argv = 'tokens revoke --id ci --token first -q .tokens[0]';
    const { code, stdout } = await sactl(argv.split(' '), options);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'first', state: 'revoked', verified: true });
    expect(questions).toEqual(['Is it done?']);
    expect(`${await file('session.json')}\n`).toBe(second);
  });

  it.each([
    ['{"a":"b"}', true],
    ['{\n  "scopes": [\n', false],
    ['{\n  "note": "}",', false],
    ['{ "more": { "a": 1 }', false],
    ['{ "more": { "a": 1 } }', true],
    ['a-token', true],
    ['', true],
  ])('begins with as many lines as a session has: %j ends it: %j', async (text, ends) => {
    const machine = await sandbox();
    const heard: unknown[] = [];
    await machine.sactl('sa create --name ci --no-color'.split(' '), {
      terminal: 200,
      prompt: {
        input: () => Promise.resolve(''),
        password: ({ isWhole }) => {
          heard.push(isWhole?.(text));
          return Promise.resolve('');
        },
      },
    });
    expect(heard).toEqual([ends, ends]);
  });

  it('asks once more where the first answer is no session, saying why', async () => {
    const machine = await sandbox();
    await machine.atConsole('create', '--name', 'ci');
    const session = await machine.atConsole('issue', '--account', 'ci', '--token', 'first');
    const { prompt, asked } = scripted(['', 'some words', session, true]);
    const argv = 'sa create --name ci --token first --to session:session.json --no-color'.split(' ');
    const { code, stderr } = await machine.sactl(argv, { terminal: 200, prompt });
    expect({ code, asked: asked.map(({ message }) => message).slice(1, 3) }).toEqual({
      code: 0,
      asked: [hidden, hidden],
    });
    expect(stderr).toContain(marked('sactl: what was typed: "accessToken" holds white space'));
    expect(`${await machine.file('session.json')}\n`).toBe(session);
  });

  it('is not begun by an answer that holds no token, and nothing of it is shown', async () => {
    const machine = await sandbox();
    const { options, questions } = person('a token with blanks');
    const argv = 'sa create --name ci --token first --no-color';
    const { code, stdout, stderr } = await machine.sactl(argv.split(' '), options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(marked('sactl: what was typed: "accessToken" holds white space'));
    expect(stderr).not.toContain('blanks');
    expect(questions).toEqual(['Description (optional)', hidden, hidden]);
    expect((await machine.sactl(['sa', 'list', '-q', 'length'])).stdout).toBe('0\n');
  });
});
