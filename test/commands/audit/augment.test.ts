import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { created, id, rotated } from '../augment/life.ts';
import { fingerprintOf, marked, tokenOf, type Sandbox } from '../augment/sandbox.ts';
import { eventsIn, logText } from './events.ts';

/** The sandbox has a log of its own. */
function logOf({ stateDirectory }: Sandbox): string {
  return join(stateDirectory, 'sandbox');
}

/** What was written since the account was created, which is the first event. */
function later(machine: Sandbox): readonly unknown[] {
  return eventsIn(logOf(machine)).slice(1);
}

const common = {
  at: '2026-11-22T12:00:00.000Z',
  outcome: 'done',
  exitCode: 0,
  provider: 'augment',
  profile: 'sandbox',
  sandbox: true,
  credentialSource: 'the sandbox',
  id,
  name: 'ci',
  error: null,
};

const done = ['--done', '--yes'];

describe('the audit log of Augment says of', () => {
  it('a create: the account, and where its token went', async () => {
    const machine = await created();
    expect(eventsIn(logOf(machine))).toEqual([
      expect.objectContaining({
        ...common,
        operation: 'create',
        fingerprint: fingerprintOf(machine.first),
        verified: true,
        targets: [{ target: 'session:session.json', ok: true }],
      }),
    ]);
    expect(eventsIn(machine.stateDirectory)).toEqual([]);
    expect(logText(logOf(machine))).not.toContain(tokenOf(machine.first));
  });

  it('a rotation', async () => {
    const machine = await rotated();
    expect(later(machine)).toEqual([
      expect.objectContaining({
        ...common,
        operation: 'rotate',
        fingerprint: fingerprintOf(machine.second),
        verified: true,
        targets: [{ target: 'session:session.json', ok: true }],
      }),
    ]);
    expect(logText(logOf(machine))).not.toContain(tokenOf(machine.second));
  });

  it('a token that was refused before anything was touched (1)', async () => {
    const machine = await created();
    const stdin = machine.first.replace(tokenOf(machine.first), 'unknown-token');
    const argv = 'sa rotate --id ci --token second --stdin --to session:session.json --yes';
    expect((await machine.sactl(argv.split(' '), { stdin })).code).toBe(1);
    expect(later(machine)).toEqual([
      expect.objectContaining({ operation: 'rotate', outcome: 'failed', exitCode: 1, fingerprint: null, targets: [] }),
    ]);
  });

  it('one more token that nobody was to bring anywhere', async () => {
    const machine = await created();
    const stdin = await machine.atConsole('issue', '--account', 'ci', '--token', 'third');
    const argv = 'tokens create --id ci --token third --stdin --json';
    expect((await machine.sactl(argv.split(' '), { stdin })).code).toBe(0);
    expect(later(machine)).toEqual([
      expect.objectContaining({ ...common, operation: 'rotate', fingerprint: fingerprintOf(stdin), targets: [] }),
    ]);
  });

  it.each([
    ['update', 'sa update --id ci --description Else'],
    ['delete', `sa delete --id ci ${done.join(' ')}`],
  ])('what was recorded: %s', async (operation, line) => {
    const machine = await created();
    // What still works is not recorded as gone.
    if (operation === 'delete') await machine.atConsole('delete', '--account', 'ci');
    expect((await machine.sactl(line.split(' '))).code).toBe(0);
    expect(later(machine)).toEqual([expect.objectContaining({ ...common, operation })]);
  });

  it.each([
    ['sa delete --id ci', 20],
    ['sa update --id ci --name other', 20],
    ['tokens revoke --id ci --token first', 20],
  ])('a step that nobody took: nothing (%s)', async (line, code) => {
    const machine = await created();
    expect((await machine.sactl(line.split(' '))).code).toBe(code);
    expect(later(machine)).toEqual([]);
  });

  it('a token that was revoked, or not yet', async () => {
    const machine = await rotated();
    const revoke = ['tokens', 'revoke', '--id', 'ci', '--token', 'first', ...done];
    expect((await machine.sactl(revoke)).code).toBe(1);
    await machine.atConsole('revoke', '--account', 'ci', '--token', 'first');
    expect((await machine.sactl(revoke)).code).toBe(0);
    expect(later(machine).slice(1)).toEqual([
      expect.objectContaining({
        operation: 'revoke',
        outcome: 'failed',
        exitCode: 1,
        error: 'Augment still takes the token "first"; nothing was recorded',
      }),
      expect.objectContaining({ ...common, operation: 'revoke' }),
    ]);
  });

  it('a token that was put back', async () => {
    const machine = await rotated();
    const { code, stderr } = await machine.sactl('tokens restore --id ci --token first --json'.split(' '));
    expect({ code, stderr }).toEqual({ code: 0, stderr: marked() });
    expect(later(machine).at(-1)).toMatchObject({ ...common, operation: 'restore' });
  });
});
