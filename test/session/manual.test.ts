import { describe, expect, it } from 'vitest';

import { sactl } from '../../src/model/hint.ts';
import { ActionRequiredError } from '../../src/errors.ts';
import { renderError } from '../../src/output/error.ts';
import type { TestContextOptions } from '../harness/context.ts';
import { augmentMachine, ciId, consoleUrl } from '../commands/tokens/augment.ts';
import { problems } from '../commands/support.ts';

const goal = 'delete the service account "ci", and with it all its tokens';
const remove = ['sa', 'delete', '--id', 'ci', '--no-color'];
const recordedLine = `Recorded as deleted: ci (${ciId}).\n`;
const effects =
  '  - service account "ci" is recorded as deleted, and its tokens as revoked\n' +
  '  - everything that signs in with one of its tokens stops working\n';
const instruction = `To be done: ${goal}\n  at ${consoleUrl}\n${effects}`;
const required =
  `sactl: to be done by a person: ${goal}\n  at ${consoleUrl}\n` +
  'hint: sactl serviceaccounts delete --provider augment --id d1.api.augmentcode.com/ci --done --yes\n';

/** A terminal with a person at it who answers every question so. */
function person(answer: boolean): { options: TestContextOptions; questions: string[] } {
  const questions: string[] = [];
  return {
    questions,
    options: {
      terminal: 100,
      prompt: {
        confirm: ({ message, default: initial }) => {
          questions.push(`${message} ${String(initial)}`);
          return Promise.resolve(answer);
        },
      },
    },
  };
}

describe('a step in the console, on a terminal,', () => {
  it('is recorded when the person says that it is done', async () => {
    const { run } = await augmentMachine();
    const { options, questions } = person(true);
    expect(await run(remove, options)).toEqual({ code: 0, stdout: recordedLine, stderr: instruction });
    expect(questions).toEqual(['Is it done? false']);
    expect((await run(['sa', 'get', '--id', 'ci'])).code).toBe(3);
  });

  it.each([[[]], [['--yes']]])('is left when it is not done, and --yes is no answer to that: %j', async (flags) => {
    const { run, inventory } = await augmentMachine();
    const before = await inventory();
    const { options, questions } = person(false);
    expect(await run([...remove, ...flags], options)).toEqual({ code: 20, stdout: '', stderr: instruction + required });
    expect(questions).toEqual(['Is it done? false']);
    expect(await inventory()).toBe(before);
  });

  it.each([
    [true, { code: 0, stdout: recordedLine, stderr: effects }],
    [false, { code: 2, stdout: '', stderr: effects + problems(['not confirmed; nothing was changed']) }],
  ])('with --done is confirmed once more: %j', async (answer, outcome) => {
    const { run, inventory } = await augmentMachine();
    const before = await inventory();
    const { options, questions } = person(answer);
    expect(await run([...remove, '--done'], options)).toEqual(outcome);
    expect(questions).toEqual([`Record that it was done: ${goal}? false`]);
    expect((await inventory()) === before).toBe(!answer);
  });

  it('with --done and --yes is recorded without a question', async () => {
    const { run } = await augmentMachine();
    expect(await run([...remove, '--done', '--yes'], { terminal: 100 })).toEqual({
      code: 0,
      stdout: recordedLine,
      stderr: '',
    });
  });
});

/** Command, and the command that records it. */
const steps: readonly (readonly [argv: string, command: string])[] = [
  ['sa delete --id ci', 'sactl serviceaccounts delete '],
  ['sa delete --id ci --yes', 'sactl serviceaccounts delete '],
  ['sa update --id ci --name ci-2', 'sactl serviceaccounts update '],
  ['tokens revoke --id ci --token one', 'sactl tokens revoke '],
];

describe('a step in the console, where nobody can be asked,', () => {
  it('is exit 20 that says what, where and how to go on', async () => {
    const { run } = await augmentMachine();
    expect(await run(remove)).toEqual({ code: 20, stdout: '', stderr: required });
  });

  it.each(steps)('is an error with an action as JSON, and nothing is recorded: %s', async (argv, command) => {
    const { run, inventory } = await augmentMachine();
    const before = await inventory();
    const { code, stdout, stderr } = await run([...argv.split(' '), '--json']);
    expect({ code, stdout }).toEqual({ code: 20, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'action_required',
        provider: 'augment',
        exitCode: 20,
        retryable: false,
        actionsRequired: [{ url: consoleUrl, command: expect.stringContaining(command) }],
      },
    });
    expect(await inventory()).toBe(before);
  });

  it('asks nothing with --no-input either', async () => {
    const { run } = await augmentMachine();
    const outcome = await run([...remove, '--no-input'], { terminal: 100 });
    expect(outcome).toEqual({ code: 20, stdout: '', stderr: required });
  });

  it.each(['sa delete --id ci --done', 'tokens revoke --id ci --token one --done'])(
    'needs --yes beside --done for what cannot be undone: %s',
    async (argv) => {
      const { run, inventory } = await augmentMachine();
      const before = await inventory();
      expect(await run(argv.split(' '))).toEqual({
        code: 2,
        stdout: '',
        stderr: problems(['this needs a confirmation, and there is no terminal to ask on: add --yes']),
      });
      expect(await inventory()).toBe(before);
    },
  );

  it('is recorded at once with --done and --yes', async () => {
    const { run } = await augmentMachine();
    const outcome = await run([...remove, '--done', '--yes']);
    expect(outcome).toEqual({ code: 0, stdout: recordedLine, stderr: '' });
  });
});

it.each([[[]], [['--done']]])('--dry-run shows the step and records nothing: %j', async (flags) => {
  const { run, inventory } = await augmentMachine();
  const before = await inventory();
  const { code, stdout, stderr } = await run([...remove, '--dry-run', '--json', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    dryRun: true,
    provider: 'augment',
    operation: 'delete',
    requests: [],
    effects: [
      `a person has to ${goal}, at ${consoleUrl}`,
      'service account "ci" is recorded as deleted, and its tokens as revoked',
      'everything that signs in with one of its tokens stops working',
    ],
    targets: [],
  });
  expect(await inventory()).toBe(before);
});

it('an output that would fail is refused before anybody is sent to the console', async () => {
  const { run } = await augmentMachine();
  const outcome = await run([...remove, '-q', '.deleted.foo'], { terminal: 100 });
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
});

describe('an error with several actions', () => {
  const error = new ActionRequiredError(
    ['one', '::two\n'].map((token) => ({
      goal: `revoke ${token}`,
      url: consoleUrl,
      command: sactl`tokens revoke --id ci --token ${`${token} x`} --done`,
    })),
    { provider: 'augment' },
  );

  it('lists each, with flags behind the whole command and text that steers nothing', () => {
    expect(renderError(error, { json: false, debug: false, connection: [['--profile', 'prod']] })).toBe(
      [
        'sactl: to be done by a person: revoke one',
        `  at ${consoleUrl}`,
        "hint: sactl tokens revoke --id ci --token 'one x' --done --profile prod",
        'sactl: to be done by a person: revoke ::two',
        `  at ${consoleUrl}`,
        "hint: sactl tokens revoke --id ci --token ': :two  x' --done --profile prod",
        '',
      ].join('\n'),
    );
  });

  it('is one line of JSON whose hint is the first command', () => {
    const line = renderError(error, { json: true, debug: false, connection: [['--sandbox']] });
    expect(JSON.parse(line)).toMatchObject({
      error: {
        message: 'to be done by a person: revoke one; revoke ::two',
        hint: "sactl tokens revoke --id ci --token 'one x' --done --sandbox",
        actionsRequired: [
          {
            goal: 'revoke one',
            url: consoleUrl,
            command: "sactl tokens revoke --id ci --token 'one x' --done --sandbox",
          },
          { goal: 'revoke ::two' },
        ],
      },
    });
  });
});
