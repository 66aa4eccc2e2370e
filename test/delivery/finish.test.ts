import { describe, expect, it } from 'vitest';

import { PartialError, UsageError } from '../../src/errors.ts';
import { brokenStdout } from '../commands/support.ts';
import { account, secret, who } from './answers.ts';
import { entryId, issuance, type Ended } from './issuance.ts';

interface Faults {
  readonly reconcile?: Error;
  readonly stdout?: string;
  readonly finish?: Error;
}

/** Creates the account with these faults, and lets `finish` take one step. */
async function create({ reconcile, stdout, finish }: Faults): Promise<Ended> {
  return issuance({
    operation: 'create',
    plan: {
      reconcile: () => (reconcile === undefined ? Promise.resolve(account) : Promise.reject(reconcile)),
      finish: async (_, { report }) => {
        if (finish !== undefined) throw finish;
        await report('granted Viewer');
      },
    },
    context: stdout === undefined ? {} : { stdout: brokenStdout(stdout) },
  });
}

const denied = new PartialError('it was not granted Viewer', { hint: 'sactl accessrules create' });
const unread = new PartialError('it could not be read again', { hint: 'sactl sa get' });
const toTheEnd = ['ask create', 'keep', 'try', 'print', 'finish'];

describe('what is left to do after a create', () => {
  it('is done once the credential is delivered, and told', async () => {
    expect(await create({})).toEqual({
      error: null,
      stdout: `${secret}\n`,
      notes: ['granted Viewer'],
      steps: toTheEnd,
      left: [],
    });
  });

  it('is done although the account could not be read again', async () => {
    expect(await create({ reconcile: unread })).toEqual({
      error: { code: 'partial', exit: 6, message: unread.message, hint: unread.hint },
      stdout: `${secret}\n`,
      notes: ['granted Viewer'],
      steps: toTheEnd,
      left: [],
    });
  });

  it('is done although the credential did not get out, because it can be recovered', async () => {
    const { error, notes, steps, left } = await create({ stdout: 'ENOSPC' });
    expect(error).toMatchObject({ code: 'undelivered', exit: 8 });
    expect({ notes, steps }).toEqual({ notes: ['granted Viewer'], steps: toTheEnd });
    expect(left).toMatchObject([{ id: entryId, state: 'kept' }]);
  });

  it('is done on the account as it was settled, which is also what is printed', async () => {
    const settled = { ...account, groups: ['g1'] };
    const finished: unknown[] = [];
    const { stdout } = await issuance({
      operation: 'create',
      output: { query: ['.groups[]'] },
      targets: [{ name: 'file:a' }],
      plan: {
        reconcile: () => Promise.resolve(settled),
        finish: (given) => {
          finished.push(given);
          return Promise.resolve();
        },
      },
    });
    expect({ stdout, finished }).toEqual({ stdout: 'g1\n', finished: [settled] });
  });

  it('is not begun where nothing was issued', async () => {
    const refusal = new UsageError('no such group');
    const { error, steps } = await issuance({
      operation: 'create',
      answers: [() => Promise.reject(refusal)],
      plan: { finish: () => Promise.resolve() },
    });
    expect({ exit: error?.exit, steps }).toEqual({ exit: 2, steps: ['ask create'] });
  });
});

describe('what fails after a create', () => {
  it.each([
    ['an error that says so', denied, denied.message, denied.hint],
    [
      'an error that says nothing was sent',
      new UsageError('no such role'),
      `${who} was created, but not all could be done or checked afterwards: no such role`,
      'sactl serviceaccounts get --id a1',
    ],
    [
      'an interrupt',
      new DOMException('aborted', 'AbortError'),
      `${who} was created, but not all could be done or checked afterwards: interrupted`,
      'sactl serviceaccounts get --id a1',
    ],
  ])('is exit 6 with the credential delivered: %s', async (_, fault, message, hint) => {
    for (const faults of [{ finish: fault }, { reconcile: fault }]) {
      const { error, stdout, left } = await create(faults);
      expect({ error, stdout, left }).toEqual({
        error: { code: 'partial', exit: 6, message, hint },
        stdout: `${secret}\n`,
        left: [],
      });
    }
  });

  it('is told together, with the hint of what is left to do', async () => {
    const { error, stdout } = await create({ reconcile: unread, finish: denied });
    expect(error).toEqual({
      code: 'partial',
      exit: 6,
      message: 'it was not granted Viewer; it could not be read again',
      hint: 'sactl accessrules create',
    });
    expect(stdout).toBe(`${secret}\n`);
  });

  it('is exit 8 where the credential did not get out either, and still told', async () => {
    const { error, left } = await create({ stdout: 'ENOSPC', reconcile: unread, finish: denied });
    const message = `the new credential of ${who} could not be written to stdout: no space left on device (ENOSPC); it is kept; it was not granted Viewer; it could not be read again`;
    expect(error).toEqual({ code: 'undelivered', exit: 8, message, hint: `sactl recover deliver --id ${entryId}` });
    expect(left).toMatchObject([{ state: 'kept', outcome: `undelivered: ${message}` }]);
  });
});
