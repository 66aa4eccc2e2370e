import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach } from 'vitest';

import { memory } from '../harness/memory.ts';
import type { ProcessIdentity } from '../../src/context.ts';
import type { Holder } from '../../src/files/holder.ts';
import { answerIn, deliveredOf, lifeOf, type Life } from '../../src/delivery/life.ts';
import type { AnswerRecord, Intent } from '../../src/state/record.ts';
import type { StoredEntry } from '../../src/state/stored-entry.ts';
import { openJournal, type Journal, type JournalOptions } from '../../src/state/journal.ts';
import { endless, testNow } from '../harness/context.ts';

export const host = 'ci-runner';
export const entryId = '0b8f7c52-0000-4000-8000-000000000001';
export const secretBytes = Buffer.from('{"accessToken":"s3cr3t-\u00e9"}');

/** Temporary folders, removed after each test. */
export function temporaryDirectories(): () => Promise<string> {
  const made: string[] = [];
  afterEach(async () => {
    for (const path of made.splice(0)) await rm(path, { recursive: true, force: true });
  });
  return async () => {
    const path = await mkdtemp(join(memory, 'sactl-'));
    made.push(path);
    return path;
  };
}

/** The holder that such a process is. */
export function holderAt(pid: number): Holder {
  return { pid, host, bootId: null, pidNamespace: null, startTime: null };
}

/** Process `pid` of `host`, beside others that are running. */
export function processOf(pid: number, running: readonly number[] = []): ProcessIdentity {
  return { pid, host, isRunning: (other) => other === pid || running.includes(other) };
}

/** What an entry's records come to. */
export interface Come {
  readonly at: Life['at'];
  readonly answer: AnswerRecord | null;
  readonly delivered: readonly string[];
}

export function comeOf(entry: StoredEntry): Come {
  const life = lifeOf(entry);
  return { at: life.at, answer: answerIn(entry), delivered: deliveredOf(life) };
}

export function journalIn(stateDirectory: string, options: Partial<JournalOptions> = {}): Journal {
  return openJournal(journalOptions(stateDirectory, options));
}

export function journalOptions(stateDirectory: string, options: Partial<JournalOptions> = {}): JournalOptions {
  return {
    stateDirectory,
    now: () => testNow,
    platform: process.platform,
    userId: process.getuid?.() ?? null,
    self: processOf(100),
    timeout: endless,
    keepsSecrets: true,
    ...options,
  };
}

export function intentOf(id: string = entryId): Intent {
  return {
    id,
    operation: 'create',
    connection: {
      provider: 'nscale',
      profile: null,
      endpoint: 'https://identity.example',
      organization: 'org-1',
      isSandbox: false,
      caFile: null,
    },
    account: { id: null, name: 'ci-deploy', clientId: null, expiresAt: null },
    targets: ['file:ci.token'],
    directory: '/srv/pipeline',
  };
}

/** An entry as a process that died after an answer left it. */
export async function leftEntry(stateDirectory: string, id: string = entryId): Promise<string> {
  const entry = await journalIn(stateDirectory).begin(intentOf(id));
  await entry.sent();
  await entry.keep({ bytes: secretBytes, operation: 'create', accountId: null });
  await entry.delivered('file:ci.token');
  await entry.outcome({ outcome: 'undelivered', message: 'no space left' });
  await entry.leave();
  return entry.path;
}
