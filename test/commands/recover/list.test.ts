// @module-tag slow
import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { nscaleEndpoint, organizationId, useNscale } from '../../harness/nscale.ts';
import { issuedToken, newAccountId, predictable } from '../support.ts';
import {
  entryIds,
  fromTheFuture,
  keepCredential,
  keptAt,
  leaveEntry,
  leaveFile,
  leftIntent,
  nscaleAnswer,
  otherMachine,
  otherProcess,
  rotation,
  type Deployment,
} from './entries.ts';

const nscale = useNscale();
const list = ['recover', 'list'];

describe('recover list of an empty journal', () => {
  it.each([
    [[], '', 'sactl: no entries\n'],
    [['--json'], '[]\n', 'sactl: no entries\n'],
    [['--quiet'], '', ''],
  ])('%j', async (argv, stdout, stderr) => {
    const deployment = nscale();
    expect(await deployment.run([...list, ...argv])).toEqual({ code: 0, stdout, stderr });
    expect(deployment.requests).toEqual([]);
  });
});

/** What leaves an entry of a state. */
const states: (readonly [state: string, leave: (deployment: Deployment) => Promise<unknown>])[] = [
  ['kept', (deployment) => leaveEntry(deployment)],
  ['broken', (deployment) => leaveEntry(deployment, { answer: { text: '<html>' } })],
  ['broken', (deployment) => leaveEntry(deployment, { answer: { text: nscaleAnswer('') } })],
  ['empty', (deployment) => leaveEntry(deployment, { keepsSecrets: false })],
  ['asked', (deployment) => leaveEntry(deployment, { answer: null })],
  ['under-way', (deployment) => leaveEntry(deployment, { self: otherProcess })],
  // Nobody can tell what became of another machine's process: it is at work as long as it renews its entry, or says how it ended.
  ['under-way', (deployment) => leaveEntry(deployment, { isSent: false, self: otherMachine, seconds: 90 })],
  ['held', (deployment) => leaveEntry(deployment, { isSent: false, self: otherMachine, seconds: 121 })],
  ['under-way', (deployment) => leaveEntry(deployment, { answer: null, self: otherMachine, seconds: 90 })],
  ['asked', (deployment) => leaveEntry(deployment, { answer: null, self: otherMachine, seconds: 121 })],
  ['kept', (deployment) => leaveEntry(deployment, { self: otherMachine, message: 'no space left' })],
  [
    'newer',
    async (deployment) => {
      await leaveEntry(deployment);
      await fromTheFuture(deployment);
    },
  ],
  ['newer', (deployment) => leaveFile(deployment, { id: entryIds.kept, text: '{"type":"intent","schema":9}\n' })],
  ['unreadable', (deployment) => leaveFile(deployment, { id: entryIds.kept, text: 'garbage\n' })],
];

describe('recover list knows the state', () => {
  it.each(states)('%s (%#)', async (state, leave) => {
    const deployment = nscale();
    await leave(deployment);
    const self = { pid: 4711, host: 'test-host', isRunning: () => true };
    expect(await deployment.run([...list, '-q', '.[] | [.id, .state]'], { self })).toEqual({
      code: 0,
      stdout: `["${entryIds.kept}","${state}"]\n`,
      stderr: '',
    });
  });
});

describe('recover list prints', () => {
  it('all that is known of a kept rotation, without its token', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const { code, stdout, stderr } = await deployment.run([...list, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([
      {
        id: entryIds.kept,
        state: 'kept',
        operation: 'rotate',
        provider: 'nscale',
        profile: null,
        organization: organizationId,
        endpoint: nscaleEndpoint,
        accountId: accountIds.ciDeploy,
        accountName: 'ci-deploy',
        startedAt: keptAt,
        targets: [],
        delivered: [],
        directory: '/nonexistent/work',
        message: `the new credential of nscale service account ci-deploy (${accountIds.ciDeploy}) could not be written to stdout: no space left on device (ENOSPC); it is kept`,
      },
    ]);
    expect(stdout).not.toContain(issuedToken);
  });

  it('the id of a created account, which only the answer tells', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, ['sa', 'create', '--name', 'ci']);
    const filter = '.[] | [.operation, .accountId, .accountName]';
    expect(await deployment.run([...list, '-q', filter])).toEqual({
      code: 0,
      stdout: `["create","${newAccountId}","ci"]\n`,
      stderr: '',
    });
  });

  it('entries of all providers, the oldest first, unreadable ones last', async () => {
    const deployment = nscale(predictable);
    await leaveFile(deployment, { id: '0000-unreadable', text: 'x\n' });
    await keepCredential(deployment, rotation, entryIds.other);
    await leaveEntry(deployment, { id: entryIds.twin });
    expect(await deployment.run([...list, '-q', '.[].id'])).toEqual({
      code: 0,
      stdout: `${entryIds.twin}\n${entryIds.other}\n0000-unreadable\n`,
      stderr: '',
    });
  });
});

describe('recover list for people', () => {
  const cases = [
    [
      80,
      [
        'STATE  ACCOUNT    STARTED   OPERATION  ID',
        `asked  ci-deploy  just now  rotate     ${entryIds.twin}`,
        `kept   ci-deploy  just now  rotate     ${entryIds.other}`,
      ],
    ],
    [
      200,
      [
        'STATE  ACCOUNT    STARTED   OPERATION  PROVIDER  TARGETS           ID',
        `asked  ci-deploy  just now  rotate     nscale    file:a, exec:tee  ${entryIds.twin}`,
        `kept   ci-deploy  just now  rotate     nscale    -                 ${entryIds.other}`,
      ],
    ],
  ] as const;
  it.each(cases)('fits a terminal of %d columns', async (terminal, lines) => {
    const deployment = nscale(predictable);
    const targets = ['file:a', 'exec:tee'];
    await leaveEntry(deployment, { id: entryIds.twin, answer: null, targets });
    await leaveEntry(deployment, { id: entryIds.other });
    expect(await deployment.run([...list, '--no-color'], { terminal })).toEqual({
      code: 0,
      stdout: lines.map((line) => `${line}\n`).join(''),
      stderr: '',
    });
  });

  it('leaves on a narrow terminal what the other commands need', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    const { stdout } = await deployment.run([...list, '--no-color'], { terminal: 72 });
    expect(stdout.split('\n')[1]).toBe(`kept   ci-deploy  just now  ${entryIds.kept}`);
  });

  it('lets nothing that stands in an entry steer the terminal', async () => {
    const deployment = nscale();
    const account = { ...leftIntent.account, name: '\u001B[31mci\n::set-output' };
    await leaveEntry(deployment, { account, targets: ['file:a\u001B]0;x\u0007\nb'] });
    const { stdout } = await deployment.run([...list, '--no-color'], { terminal: 200 });
    expect(stdout.split('\n')[1]).toBe(
      `kept   ci ::set-output  just now  rotate     nscale    file:a b  ${entryIds.kept}`,
    );
  });
});

describe('recover list refuses', () => {
  it.each([
    ['--provider', 'nscale'],
    ['--timeout', '3s'],
  ])('%s, which does nothing here', async (...argv) => {
    expect(await nscale().run([...list, ...argv, '--no-color'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${argv[0]} does nothing with "sactl recover list"\nhint: sactl recover list --help\n`,
    });
  });
});
