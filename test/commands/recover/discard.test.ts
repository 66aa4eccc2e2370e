import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { underWayHint } from '../../../src/state/stored-entry.ts';
import { useNscale } from '../../harness/nscale.ts';
import { issuedToken, problems } from '../support.ts';
import {
  entryIds,
  fromTheFuture,
  idsIn,
  leaveEntry,
  leaveFile,
  leftIntent,
  otherMachine,
  otherProcess,
  type Deployment,
  type LeftEntry,
} from './entries.ts';

const nscale = useNscale();

const discard = ['recover', 'discard', '--id', '4f1c09d2'];
const forgotten = 'what is known about the request is forgotten; it holds no credential';
const perhaps = 'a credential that may be in it is gone for good';

const effects: readonly (readonly [what: string, left: LeftEntry, effect: string])[] = [
  ['a kept credential', {}, 'the credential of ci-deploy is gone for good'],
  [
    'one that is delivered in part',
    { targets: ['file:a', 'file:b'], delivered: ['file:a'] },
    'the credential of ci-deploy is gone but where it is: file:a',
  ],
  ['an answer that cannot be read', { answer: { text: '{' } }, perhaps],
  ['an answer without its secret', { keepsSecrets: false }, forgotten],
  ['a request without an answer', { answer: null }, forgotten],
  ['an intent', { isSent: false, self: otherMachine, seconds: 121 }, forgotten],
];

describe('recover discard', () => {
  it.each(effects)('previews, and erases after a question: %s', async (_, left, effect) => {
    const deployment = nscale();
    await leaveEntry(deployment, left);
    const preview = await deployment.run([...discard, '--dry-run', '-q', '.effects[]']);
    expect(preview).toEqual({ code: 0, stdout: `${effect}\n`, stderr: '' });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
    const questions: string[] = [];
    const outcome = await deployment.run([...discard, '--no-color'], {
      terminal: 80,
      prompt: {
        confirm: ({ message, default: initial }) => {
          questions.push(`${message} ${initial}`);
          return Promise.resolve(true);
        },
      },
    });
    expect(outcome).toEqual({ code: 0, stdout: `Discarded ${entryIds.kept}.\n`, stderr: `  - ${effect}\n` });
    expect(questions).toEqual([`Discard the rotation of ci-deploy (entry ${entryIds.kept})? false`]);
    expect(await idsIn(deployment)).toEqual([]);
    expect(deployment.requests).toEqual([]);
  });

  it('prints what it did', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    const { code, stdout, stderr } = await deployment.run([...discard, '--yes', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ discarded: true, id: entryIds.kept, provider: 'nscale', name: 'ci-deploy' });
    expect(stdout).not.toContain(issuedToken);
  });

  it('previews the whole with --dry-run', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    const { code, stdout, stderr } = await deployment.run([...discard, '--dry-run', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'nscale',
      operation: 'discard',
      requests: [],
      effects: ['the credential of ci-deploy is gone for good'],
      targets: [],
    });
  });

  it('leaves the other entries, and erases the one that was chosen', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    await leaveEntry(deployment, { id: entryIds.twin });
    const { code } = await deployment.run(['recover', 'discard', '--yes'], {
      terminal: 80,
      prompt: { select: () => Promise.resolve(entryIds.twin) },
    });
    expect(code).toBe(0);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('lets nothing that stands in an entry steer the terminal', async () => {
    const deployment = nscale();
    await leaveEntry(deployment, { account: { ...leftIntent.account, name: 'c\ni\u001B[2J' } });
    const messages: string[] = [];
    const { stderr } = await deployment.run([...discard, '--no-color'], {
      terminal: 80,
      prompt: {
        confirm: ({ message }) => {
          messages.push(message);
          return Promise.resolve(true);
        },
      },
    });
    expect(stderr).toBe('  - the credential of c i is gone for good\n');
    expect(messages).toEqual([`Discard the rotation of c i (entry ${entryIds.kept})?`]);
  });
});

const strange: readonly (readonly [what: string, leave: (deployment: Deployment) => Promise<unknown>])[] = [
  [
    'an entry of a newer version',
    async (deployment) => {
      await leaveEntry(deployment);
      await fromTheFuture(deployment);
    },
  ],
  ['a file that is no entry', (deployment) => leaveFile(deployment, { id: entryIds.kept, text: 'garbage\n' })],
];

describe('recover discard erases', () => {
  it.each(strange)('%s, when it is told to', async (_, leave) => {
    const deployment = nscale();
    await leave(deployment);
    const preview = await deployment.run([...discard, '--dry-run', '-q', '.effects[]']);
    expect(preview).toEqual({ code: 0, stdout: `${perhaps}\n`, stderr: '' });
    expect(await deployment.run([...discard, '--yes'])).toEqual({
      code: 0,
      stdout: `Discarded ${entryIds.kept}.\n`,
      stderr: '',
    });
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('no folder of that name', async () => {
    const deployment = nscale();
    await mkdir(join(deployment.stateDirectory, 'journal'), { recursive: true, mode: 0o700 });
    await mkdir(join(deployment.stateDirectory, 'journal', `${entryIds.kept}.jsonl`));
    const { code, stdout, stderr } = await deployment.run([...discard, '--yes']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('sactl: cannot erase the journal entry ');
  });
});

describe('recover discard refuses', () => {
  const missingYes = 'this needs a confirmation, and there is no terminal to ask on: add --yes';
  const missingId = '--id is missing: give the id of an entry, or its first characters (sactl recover list)';
  it.each([
    [[], [missingId, missingYes]],
    [['--id', '4f1c'], [missingYes]],
    [['--yes'], [missingId]],
  ])('to guess, off a terminal: %j', async (argv, lines) => {
    const deployment = nscale();
    await leaveEntry(deployment);
    expect(await deployment.run(['recover', 'discard', ...argv])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(lines),
    });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('when the answer is no', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    const outcome = await deployment.run([...discard, '--no-color'], {
      terminal: 80,
      prompt: { confirm: () => Promise.resolve(false) },
    });
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: '  - the credential of ci-deploy is gone for good\nsactl: not confirmed; nothing was changed\n',
    });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('an entry that another run is at', async () => {
    const deployment = nscale();
    await leaveEntry(deployment, { self: otherProcess });
    const self = { pid: 4711, host: 'test-host', isRunning: () => true };
    expect(await deployment.run([...discard, '--yes'], { self })).toEqual({
      code: 5,
      stdout: '',
      stderr: problems([`entry ${entryIds.kept} is under way in process 99 on test-host`], underWayHint),
    });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it.each([
    ['nothing-like-it', 3, 'there is no journal entry "nothing-like-it"', 'sactl recover list'],
    [
      '4f1c',
      5,
      `several journal entries begin with "4f1c": ${entryIds.twin}, ${entryIds.kept}`,
      'give more characters of the id',
    ],
  ])('what is not one entry: %s', async (id, code, message, hint) => {
    const deployment = nscale();
    await leaveEntry(deployment);
    await leaveEntry(deployment, { id: entryIds.twin });
    expect(await deployment.run(['recover', 'discard', '--id', id, '--yes'])).toEqual({
      code,
      stdout: '',
      stderr: problems([message], hint),
    });
  });
});
