import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Context } from '../../../src/context.ts';
import type { Intent } from '../../../src/state/record.ts';
import { openJournal, type Journal } from '../../../src/state/journal.ts';
import type { NewAnswer } from '../../../src/state/journal-entry.ts';
import { Secret } from '../../../src/model/credential.ts';
import { fingerprintOf } from '../../../src/model/fingerprint.ts';
import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { endless, testNow, type TestContext, type TestContextOptions } from '../../harness/context.ts';
import { nscaleEndpoint, organizationId, type NscaleDeployment } from '../../harness/nscale.ts';
import { runIn, type Outcome } from '../../harness/run.ts';
import { brokenStdout, issuedToken } from '../support.ts';

/** Two ids with the same beginning, and one of its own. */
export const entryIds = {
  kept: '4f1c09d2-0000-4000-8000-00000000000a',
  twin: '4f1c0000-0000-4000-8000-00000000000b',
  other: '77aa0000-0000-4000-8000-00000000000c',
} as const;

export const fingerprint = fingerprintOf(new Secret(issuedToken));
export const keptAt = '2026-11-22T12:00:00Z';

/** What a deployment of the harness offers, whatever the provider. */
export interface Deployment {
  readonly stateDirectory: string;
  readonly context: (options?: TestContextOptions) => TestContext;
}

/** A deployment, and what is asked of it from now on. */
export interface Watched extends NscaleDeployment {
  readonly asked: () => readonly string[];
}

export function watched(deployment: NscaleDeployment): Watched {
  const before = deployment.requests.length;
  return { ...deployment, asked: () => deployment.requests.slice(before) };
}

/** The self of another process, which is running. */
export const otherProcess: Context['self'] = { pid: 99, host: 'test-host', isRunning: () => true };

/** The self of a process on another machine. */
export const otherMachine: Context['self'] = { ...otherProcess, host: 'elsewhere' };

function journalOf(
  { stateDirectory }: Pick<Deployment, 'stateDirectory'>,
  options: { readonly keepsSecrets?: boolean; readonly self?: Context['self'] } = {},
): Journal {
  return openJournal({
    stateDirectory,
    now: () => testNow,
    platform: process.platform,
    userId: process.getuid?.() ?? null,
    self: options.self ?? { pid: 4711, host: 'test-host', isRunning: () => true },
    keepsSecrets: options.keepsSecrets ?? true,
    timeout: endless,
  });
}

/** Ids of the entries that are there. */
export async function idsIn(deployment: Pick<Deployment, 'stateDirectory'>): Promise<string[]> {
  return (await journalOf(deployment).list()).map(({ id }) => id);
}

/** A command line whose entry gets this id. */
export function runWithId(
  deployment: Deployment,
  { id, argv, options }: { id: string; argv: readonly string[]; options?: TestContextOptions },
): Promise<Outcome> {
  const context = deployment.context(options);
  return runIn({ ...context, ctx: { ...context.ctx, uuid: () => id } }, argv);
}

/** Rotates or creates, with a stdout that takes nothing: the credential stays in the journal. */
export async function keepCredential(
  deployment: Deployment,
  argv: readonly string[],
  id: string = entryIds.kept,
): Promise<void> {
  const options = { stdout: brokenStdout('ENOSPC') };
  const { code } = await runWithId(deployment, { id, argv: [...argv, '--json'], options });
  if (code !== 8) throw new Error(`the credential is not kept: exit ${code}`);
}

export const rotation = ['sa', 'rotate', '--id', 'ci-deploy', '--yes'];

/** Something in the journal that no run of the program left. */
export interface LeftEntry extends Partial<Intent> {
  /** Default: what an nscale account was answered. Null: no answer came. */
  readonly answer?: (Partial<NewAnswer> & { readonly text: string }) | null;
  /** Whether a request was sent; default true. */
  readonly isSent?: boolean;
  readonly keepsSecrets?: boolean;
  /** Default: one that is gone. */
  readonly self?: Context['self'];
  /** Targets that have the credential. */
  readonly delivered?: readonly string[];
  readonly message?: string;
  /** How long ago it was last renewed; default 0. */
  readonly seconds?: number;
}

export const leftIntent: Intent = {
  id: entryIds.kept,
  operation: 'rotate',
  connection: {
    provider: 'nscale',
    profile: null,
    endpoint: nscaleEndpoint,
    organization: organizationId,
    isSandbox: false,
    caFile: null,
  },
  account: { id: accountIds.ciDeploy, name: 'ci-deploy', clientId: null, expiresAt: null },
  targets: [],
  directory: '/nonexistent/work',
};

/** Writes an entry as it would be after a run with this outcome. */
export async function leaveEntry(deployment: Pick<Deployment, 'stateDirectory'>, left: LeftEntry = {}): Promise<void> {
  const { answer = { text: nscaleAnswer() }, isSent, keepsSecrets, self, ...rest } = left;
  const { delivered, message, seconds = 0, ...intent } = rest;
  const journal = journalOf(deployment, {
    ...(keepsSecrets === undefined ? {} : { keepsSecrets }),
    ...(self === undefined ? {} : { self }),
  });
  const entry = await journal.begin({ ...leftIntent, ...intent });
  if (isSent !== false) await entry.sent();
  if (answer !== null && isSent !== false) {
    const { text, operation = left.operation ?? 'rotate', accountId = null } = answer;
    await entry.keep({ bytes: Buffer.from(text), operation, accountId });
  }
  for (const target of delivered ?? []) await entry.delivered(target);
  if (message !== undefined) await entry.outcome({ outcome: 'undelivered', message });
  await entry.leave();
  const time = Date.now() / 1000 - seconds;
  await utimes(entry.path, time, time);
}

/** nscale's answer to a rotation, as short as it is understood. */
export function nscaleAnswer(token: string = issuedToken): string {
  return JSON.stringify({
    metadata: {
      id: accountIds.ciDeploy,
      name: 'ci-deploy',
      organizationId,
      creationTime: '2026-11-01T00:00:00Z',
      provisioningStatus: 'provisioned',
      healthStatus: 'healthy',
    },
    spec: { groupIDs: [] },
    status: { expiry: '2027-02-20T12:00:00Z', accessToken: token },
  });
}

/** A file of the journal that is no entry. */
export async function leaveFile(
  { stateDirectory }: Pick<Deployment, 'stateDirectory'>,
  { id, text }: { id: string; text: string },
): Promise<string> {
  const folder = join(stateDirectory, 'journal');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${id}.jsonl`);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

/** Makes an entry one that a later version wrote. */
export async function fromTheFuture(
  { stateDirectory }: Pick<Deployment, 'stateDirectory'>,
  id: string = entryIds.kept,
): Promise<void> {
  const path = join(stateDirectory, 'journal', `${id}.jsonl`);
  const text = await readFile(path, 'utf8');
  await rm(path);
  await writeFile(path, text.replace('"schema":1', '"schema":3'), { mode: 0o600 });
}
