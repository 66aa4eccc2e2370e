// @module-tag slow
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { run } from '../../harness/run.ts';
import { predictable, workFolder } from '../support.ts';
import { entryIds, keepCredential, leaveEntry, leaveFile, otherProcess, rotation } from './entries.ts';

const nscale = useNscale();

const one = 'sactl: a new credential has not been delivered: sactl recover list\n';

describe('the reminder of open entries', () => {
  const commands: readonly (readonly [argv: readonly string[], code: number, reminder: string])[] = [
    [['whoami', '-q', '.kind'], 0, one],
    [['sa', 'list', '-q', '.[0].id'], 0, one],
    [['sa', 'get', '--id', 'ci-deploy', '-q', '.id'], 0, one],
    [['sa', 'rotate', '--id', 'scratch', '--yes', '-q', '.credential.value'], 0, one],
    [['sa', 'list', '-q', '.[0].id', '--quiet'], 0, ''],
    [['recover', 'list', '-q', '.[].id'], 0, ''],
    [['recover', 'show', '--id', '4f1c', '-q', '.id'], 0, ''],
    [['--version'], 0, ''],
    [['sa', 'list', '--help'], 0, ''],
    [['help', 'exit-codes'], 0, ''],
  ];
  it.each(commands)('%j', async (argv, code, reminder) => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const outcome = await deployment.run(argv);
    expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code, stderr: reminder });
    expect(outcome.stdout).not.toBe('');
  });

  it('comes before the error of the command', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    const outcome = await deployment.run(['sa', 'get', '--id', 'nobody', '--json']);
    const [reminder, error] = outcome.stderr.split(/(?<=\n)/);
    expect({ code: outcome.code, reminder }).toEqual({ code: 3, reminder: one });
    expect(JSON.parse(error ?? '')).toMatchObject({ error: { code: 'not_found' } });
  });

  it('counts what somebody has to see to', async () => {
    const deployment = nscale();
    await leaveEntry(deployment, { answer: null });
    await leaveEntry(deployment, { id: entryIds.twin, keepsSecrets: false });
    await leaveFile(deployment, { id: entryIds.other, text: 'garbage\n' });
    const { stderr } = await deployment.run(['sa', 'list', '--format', 'ndjson']);
    expect(stderr).toBe(
      'sactl: a new credential has not been delivered, and the outcomes of 2 requests are unknown: sactl recover list\n',
    );
  });

  it('does not count what another run is at, or what sent nothing', async () => {
    const deployment = nscale();
    await leaveEntry(deployment, { self: otherProcess });
    await leaveEntry(deployment, { id: entryIds.other, isSent: false, self: otherProcess });
    const self = { pid: 4711, host: 'test-host', isRunning: () => true };
    const outcome = await deployment.run(['whoami', '-q', '.kind'], { self });
    expect(outcome).toEqual({ code: 0, stdout: 'user\n', stderr: '' });
  });
});

const whoami = ['whoami', '-q', '.kind'];
const sandboxed = '[sandbox] sactl: a new credential has not been delivered: sactl recover list --sandbox\n';

/** A state directory with one entry in each of these journals. */
async function stateWith(...journals: readonly ('real' | 'sandbox')[]): Promise<string> {
  const root = await workFolder();
  for (const journal of journals) {
    const stateDirectory = journal === 'real' ? root : join(root, 'sandbox');
    await leaveEntry({ stateDirectory });
  }
  return root;
}

/** What a command that is done says on stderr. */
async function notesOf(argv: readonly string[], env: Record<string, string>): Promise<string> {
  const { code, stderr } = await run(argv, { env });
  expect(code).toBe(0);
  return stderr;
}

describe('the journals of the sandbox and of the real world', () => {
  it('are apart', async () => {
    const real = await stateWith('real');
    expect(await notesOf([...whoami, '--sandbox'], { SACTL_STATE_DIR: real })).toBe('');
    const pretended = await stateWith('sandbox');
    expect(await notesOf([...whoami, '--sandbox'], { SACTL_STATE_DIR: pretended })).toBe(sandboxed);
    const deployment = nscale();
    const env = { SACTL_STATE_DIR: pretended };
    expect(await deployment.run(whoami, { env })).toMatchObject({ code: 0, stderr: '' });
    const listed = await run(['recover', 'list', '--json'], { env });
    expect(listed).toEqual({ code: 0, stdout: '[]\n', stderr: 'sactl: no entries\n' });
    const found = await run(['recover', 'list', '--sandbox', '-q', '.[] | [.id, .sandbox]'], { env });
    expect(found).toEqual({ code: 0, stdout: `["${entryIds.kept}",true]\n`, stderr: '' });
  });

  it('are told apart by SACTL_SANDBOX', async () => {
    const state = await stateWith('sandbox');
    const env = { SACTL_STATE_DIR: state, SACTL_SANDBOX: '1' };
    expect(await notesOf(whoami, env)).toBe(sandboxed);
  });

  it('both count their own', async () => {
    const state = await stateWith('real', 'sandbox');
    expect(await notesOf([...whoami, '--sandbox'], { SACTL_STATE_DIR: state })).toBe(sandboxed);
    const outcome = await nscale().run(whoami, { env: { SACTL_STATE_DIR: state } });
    expect(outcome.stderr).toBe(one);
  });
});
