import { readdirSync } from 'node:fs';

import { soonMs } from '../model/duration.ts';
import { hintText, sactl, type CommandLine } from '../model/hint.ts';
import { relativeTime } from '../output/time.ts';
import type { OwnCredential } from '../providers/provider.ts';
import type { Connected } from './connect.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';
import { stateDirectory } from '../config/directories.ts';
import type { Context } from '../context.ts';
import { isCI, isSandboxOn } from '../model/run-environment.ts';
import type { JournalOptions } from '../state/journal.ts';
import { entryIdOf, journalDirectory } from '../state/journal-folder.ts';
import { sandboxDirectory } from './sandbox-state.ts';

/** The command that replaces the caller's own credential; null where it is of no account that can be rotated. */
export function renewal(
  { definition, connection, isSandbox }: Pick<Connected, 'definition' | 'connection' | 'isSandbox'>,
  { accountId }: OwnCredential,
): CommandLine | null {
  if (accountId === null) return null;
  const { profile } = connection;
  const named = profile === null || isSandbox ? ['--provider', definition.name] : ['--profile', profile];
  return sactl`serviceaccounts rotate ${named} --id ${accountId} --to …`;
}

/**
 * Notes that the caller's own credential expires within 14 days, where the answers of this run say so: no request is made
 * for it. Never rejects.
 */
export async function warnOfExpiry(connected: Connected, common: CommonFlags): Promise<void> {
  const { ctx, provider, connection, commandFlags } = connected;
  try {
    const own = provider.knownCredential?.() ?? null;
    const end = Date.parse(own?.expiresAt ?? '');
    if (own === null || !(end - ctx.now() < soonMs)) return;
    const command = renewal(connected, own);
    const text = `the credential from ${connection.credentialSource} expires ${relativeTime(end, ctx.now())}`;
    await note(ctx, common, hintText(command === null ? text : [`${text}: `, command], commandFlags));
  } catch {
    // The command itself succeeded.
  }
}

/**
 * Notes what waits in the journal. Only a flag or a variable turns the sandbox on, which has its own
 * journal. Never rejects.
 */
export async function remindOfEntries(ctx: Context, common: CommonFlags): Promise<void> {
  const isSandbox = common.sandbox ?? isSandboxOn(ctx.env);
  const open = await openEntries(ctx, isSandbox);
  if (open !== null)
    await note(ctx, common, hintText([`${open}: `, sactl`recover list`], isSandbox ? [['--sandbox']] : []));
}

async function openEntries(ctx: Context, isSandbox: boolean): Promise<string | null> {
  try {
    const state = stateDirectory(ctx).value;
    return await tellOpenEntries({ ...ctx, stateDirectory: isSandbox ? sandboxDirectory(state) : state });
  } catch {
    // The command itself says what is wrong with the place.
    return null;
  }
}

/**
 * What is known of the entries that are open; null where none is. Where there is no entry, it costs one look into the
 * folder. Never rejects: a journal that cannot be read has no entries here.
 */
export async function tellOpenEntries(options: Omit<JournalOptions, 'keepsSecrets'>): Promise<string | null> {
  try {
    const names = readdirSync(journalDirectory(options.stateDirectory));
    if (!names.some((name) => entryIdOf(name) !== null)) return null;
    const [{ openJournal }, { openEntriesOf, openEntriesText }] = await Promise.all([
      import('../state/journal.ts'),
      import('./open-entries.ts'),
    ]);
    return openEntriesText(openEntriesOf(await openJournal({ ...options, keepsSecrets: false }).list()));
  } catch {
    return null;
  }
}

/** A run that ends within this time needs no explanation. */
const noticeableMs = 200;

/**
 * Says what is waited for when somebody presses Ctrl-C and sees nothing happen: a second Ctrl-C would end the program
 * without the answer that is under way.
 */
export async function tellingWhoWaits<Result>(
  ctx: Context,
  say: (text: string) => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!ctx.stderr.isTTY || isCI(ctx.env)) return work();
  const finished = new AbortController();
  function onInterrupt(): void {
    ctx
      .sleep(noticeableMs, finished.signal)
      .then(() => say('interrupted: what was sent is given 5 seconds; Ctrl-C again ends at once'))
      // It ended in time, or stderr is gone.
      .catch(() => undefined);
  }
  ctx.signal.addEventListener('abort', onInterrupt, { once: true });
  try {
    return await work();
  } finally {
    ctx.signal.removeEventListener('abort', onInterrupt);
    finished.abort('finished');
  }
}
