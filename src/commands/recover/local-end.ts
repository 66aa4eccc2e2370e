import { addressOf } from '../../delivery/targets/address.ts';
import { definitionOf } from '../../delivery/recover.ts';
import type { AccountLocks } from '../../state/account-lock.ts';
import { answerBytes, type ReadableEntry } from '../../state/stored-entry.ts';
import type { LocalEnd } from '../../providers/issuing.ts';
import { locatedEnd } from '../../session/located-plan.ts';
import type { Recovery } from './open.ts';

interface Resumed {
  readonly entry: ReadableEntry;
  readonly locks: AccountLocks;
  /** What relative paths of the targets are against. */
  readonly directory: string;
}

/** What is left to do on this machine for a kept credential, as its own command would have done it; null where nothing is. */
export async function localEndOf(
  { ctx, stateDirectory }: Recovery,
  { entry, locks, directory }: Resumed,
): Promise<LocalEnd | null> {
  const { resume } = await definitionOf(entry);
  const bytes = entry.answer === null ? null : answerBytes(entry.answer);
  if (resume === undefined || bytes === null) return null;
  const { profile, isSandbox } = entry.intent.connection;
  const { platform, userId, now, homeDirectory } = ctx;
  const end = await resume(bytes, {
    profile,
    now,
    sleep: (milliseconds) => ctx.sleep(milliseconds, ctx.signal),
    local: {
      platform,
      userId,
      stateDirectory,
      locks,
      homeDirectory: isSandbox ? null : homeDirectory,
    },
  });
  if (end === null) return null;
  const place = { profile, isSandbox, directory, homeDirectory };
  return { ...end, ...locatedEnd(withEarlier(end, entry, homeDirectory), place) };
}

/** What it was delivered to before it got stuck may not have been noted. */
function withEarlier(
  { record, actions }: LocalEnd,
  { delivered: before, intent: { directory: cwd, connection } }: ReadableEntry,
  homeDirectory: string,
): Pick<LocalEnd, 'record' | 'actions'> {
  const earlier = before.map((name) => addressOf(name, { ...connection, cwd, homeDirectory }));
  return {
    ...(record === undefined ? {} : { record: (delivered) => record([...earlier, ...delivered]) }),
    ...(actions === undefined ? {} : { actions: (delivered) => actions([...earlier, ...delivered]) }),
  };
}
