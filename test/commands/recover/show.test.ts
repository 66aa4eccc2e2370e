import { describe, expect, it } from 'vitest';

import { underWayHint } from '../../../src/state/stored-entry.ts';
import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { nscaleEndpoint, organizationId, useNscale } from '../../harness/nscale.ts';
import {
  entryIds,
  fromTheFuture,
  leaveEntry,
  leaveFile,
  leftIntent,
  otherMachine,
  otherProcess,
  type LeftEntry,
} from './entries.ts';

const nscale = useNscale();

const show = ['recover', 'show', '--id', '4f1c09d2'];
const forget = `sactl recover discard --id ${entryIds.kept}`;
const again = `issue another: sactl serviceaccounts rotate --id ${accountIds.ciDeploy}`;
const search = 'see whether the account exists, and rotate it if so: sactl serviceaccounts list';

describe('recover show', () => {
  it('prints all that is known of a kept credential, and not the credential', async () => {
    const deployment = nscale();
    const targets = ['file:a', 'file:b'];
    await leaveEntry(deployment, { targets, delivered: ['file:a'], message: 'b is full' });
    expect(await deployment.run(show)).toEqual({
      code: 0,
      stdout: [
        `ID:            ${entryIds.kept}`,
        'State:         kept: a credential is in it',
        'Operation:     rotate',
        'Account:       ci-deploy',
        `Account ID:    ${accountIds.ciDeploy}`,
        'Provider:      nscale',
        `Organization:  ${organizationId}`,
        `Endpoint:      ${nscaleEndpoint}`,
        'Started:       2026-11-22T12:00:00Z',
        'Targets:       file:a, file:b',
        'Delivered to:  file:a',
        'Folder:        /nonexistent/work',
        'Message:       b is full',
        `Next:          sactl recover deliver --id ${entryIds.kept}`,
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(deployment.requests).toEqual([]);
  });

  it('lets nothing that stands in an entry steer the terminal', async () => {
    const deployment = nscale();
    const account = { ...leftIntent.account, name: 'ci\u001B[2J' };
    await leaveEntry(deployment, { account, message: 'one\ntwo\u0007' });
    const { stdout } = await deployment.run([...show, '--no-color'], { terminal: 80 });
    expect(stdout).toContain('Account:       ci\n');
    expect(stdout).toContain('Message:       one two\n');
    expect(stdout).toContain('Started:       2026-11-22 12:00 (just now)\n');
  });
});

const profile = { ...leftIntent.connection, profile: 'prod' };
const elsewhere = { ...leftIntent.connection, endpoint: 'https://nscale.example.com' };
const creation = { operation: 'create', account: { ...leftIntent.account, id: null, name: 'ci' } } as const;

const nextSteps: readonly (readonly [state: string, left: LeftEntry, step: string])[] = [
  ['broken', { answer: { text: 'x' } }, `${again} --provider nscale --org ${organizationId}`],
  [
    'broken',
    { ...creation, answer: { text: 'x' } },
    `${search} --search ci --provider nscale --org ${organizationId}; then: ${forget}`,
  ],
  ['empty', { keepsSecrets: false }, `${again} --provider nscale --org ${organizationId}`],
  ['asked', { answer: null }, `${again} --provider nscale --org ${organizationId}`],
  ['asked', { answer: null, connection: profile }, `${again} --profile prod --org ${organizationId}`],
  [
    'asked',
    { answer: null, connection: elsewhere },
    `${again} --provider nscale --org ${organizationId} --endpoint https://nscale.example.com`,
  ],
  [
    'asked',
    { ...creation, answer: null },
    `${search} --search ci --provider nscale --org ${organizationId}; then: ${forget}`,
  ],
  ['under-way', { self: otherProcess }, underWayHint],
  ['held', { isSent: false, self: otherMachine, seconds: 121 }, forget],
];

describe('recover show says what to do next', () => {
  it.each(nextSteps)('%s (%#)', async (state, left, step) => {
    const deployment = nscale();
    await leaveEntry(deployment, left);
    const self = { pid: 4711, host: 'test-host', isRunning: () => true };
    const { code, stdout, stderr } = await deployment.run(show, { self });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^State: +${state}: `, 'm'));
    expect(stdout.split(/^Next: +/m)[1]).toBe(`${step}\n`);
  });

  it('with an entry of a newer version', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    await fromTheFuture(deployment);
    const { stdout } = await deployment.run(show);
    expect(stdout.split(/^Next: +/m)[1]).toBe('use the sactl that wrote it\n');
  });

  it('with a file that is none', async () => {
    const deployment = nscale();
    const path = await leaveFile(deployment, { id: entryIds.kept, text: 'garbage\n' });
    expect(await deployment.run(show)).toEqual({
      code: 0,
      stdout: [
        `ID:       ${entryIds.kept}`,
        'State:    unreadable: the file cannot be read',
        'Message:  it does not begin like an entry',
        `Next:     look at ${path}; to remove it: ${forget}`,
        '',
      ].join('\n'),
      stderr: '',
    });
  });
});

describe('recover show finds the entry', () => {
  it.each([
    [
      '4f1c',
      5,
      `sactl: several journal entries begin with "4f1c": ${entryIds.twin}, ${entryIds.kept}\nhint: give more characters of the id\n`,
    ],
    ['77', 3, 'sactl: there is no journal entry "77"\nhint: sactl recover list\n'],
    ['0000', 3, 'sactl: there is no journal entry "0000"\nhint: sactl recover list\n'],
    ['../x', 3, 'sactl: there is no journal entry "../x"\nhint: sactl recover list\n'],
    ['', 2, 'sactl: --id is missing: give the id of an entry, or its first characters (sactl recover list)\n'],
  ])('not by %j', async (id, code, stderr) => {
    const deployment = nscale();
    await leaveEntry(deployment);
    await leaveEntry(deployment, { id: entryIds.twin });
    const outcome = await deployment.run(['recover', 'show', '--id', id, '--format', 'yaml']);
    expect(outcome).toEqual({ code, stdout: '', stderr });
  });

  it.each([entryIds.kept, ' 4f1c09d2 ', '4f1c09'])('by %j', async (id) => {
    const deployment = nscale();
    await leaveEntry(deployment);
    await leaveEntry(deployment, { id: entryIds.twin });
    const outcome = await deployment.run(['recover', 'show', '--id', id, '-q', '.id']);
    expect(outcome).toEqual({ code: 0, stdout: `${entryIds.kept}\n`, stderr: '' });
  });

  it('that a person chooses', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    await leaveFile(deployment, { id: entryIds.other, text: 'garbage\n' });
    const labels: string[] = [];
    const outcome = await deployment.run(['recover', 'show', '-q', '.id'], {
      terminal: 80,
      prompt: {
        select: ({ message, choices }) => {
          labels.push(message, ...choices.map(({ label }) => label));
          return Promise.resolve(entryIds.other);
        },
      },
    });
    expect(outcome).toEqual({ code: 0, stdout: `${entryIds.other}\n`, stderr: '' });
    expect(labels).toEqual([
      'Which entry?',
      'kept: rotate ci-deploy, 2026-11-22 12:00 (4f1c09d2)',
      'unreadable (77aa0000)',
    ]);
  });

  it('only where there is one to choose', async () => {
    expect(await nscale().run(['recover', 'show', '--no-color'], { terminal: 80 })).toEqual({
      code: 3,
      stdout: '',
      stderr: 'sactl: the journal has no entry to choose from\n',
    });
  });
});
