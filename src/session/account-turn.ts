import { accountKey } from '../state/account-lock.ts';
import type { LockWait } from '../files/lock.ts';
import type { AuditSubject } from '../state/audit-event.ts';
import type { AccountLock } from '../state/account-lock.ts';
import type { Session } from './session.ts';

const pauseMs = 250;
/** How long another run may hold the lock: a change takes seconds, and a rotation may take longer. */
const patienceMs = 15_000;
/** What is waited for is said after this time. */
const silentMs = 5000;

/**
 * Does the work while no other run on this machine changes the account, and what binds to its name where access rules do:
 * two changes that read and write at once would lose one of them (docs/design.md 6). Waits for a short change of another run.
 * @throws ConflictError (`locked`) when another run holds the account for longer; else as `AccountLocks.lock` and `work`
 */
export async function inTurn<Result>(
  session: Session,
  account: AuditSubject,
  work: () => Promise<Result>,
): Promise<Result> {
  const { common, definition, provider, connection } = session;
  const { locks } = await session.state();
  const { id, name } = account;
  const organization = provider.listOrganizations === undefined ? null : account.organization;
  const byName = { id: null, name: name ?? '' };
  const subjects = [
    ...(id === null ? [] : [{ id, name: name ?? '' }]),
    ...(id === null || definition.accessRules !== undefined ? [byName] : []),
  ];
  const what = `${definition.name} service account ${name ?? id ?? ''}`;
  const wait = waitFor(session, what, common.wait ?? patienceMs);
  const taken: AccountLock[] = [];
  try {
    for (const subject of subjects) {
      const key = accountKey({ provider: definition.name, endpoint: connection.endpoint, organization }, subject);
      taken.push(await locks.lock({ key, name: what }, wait));
    }
    return await work();
  } finally {
    for (const lock of taken.toReversed()) await lock.release();
  }
}

/** How a run waits for another one that works on an account. @param what for people, e.g. `nscale service account ci-deploy` */
export function waitFor({ ctx, note }: Pick<Session, 'ctx' | 'note'>, what: string, milliseconds: number): LockWait {
  let waitedMs = 0;
  return {
    pauseMs,
    pauses: Math.ceil(milliseconds / pauseMs),
    sleep: async (pause) => {
      if (waitedMs < silentMs && waitedMs + pause >= silentMs)
        await note(`waiting for another run that changes ${what}`);
      waitedMs += pause;
      await ctx.sleep(pause, ctx.signal);
    },
  };
}
