import type { Stats } from 'node:fs';

import { largestText, readBounded } from '../../files/bounded-file.ts';
import type { UserPlace } from '../../files/home.ts';
import { holderOf, holderEnd, isDead, nameOfHolder } from '../../files/holder.ts';
import { createRenewals } from '../../files/lease.ts';
import { lockText, takeLock, type LockHolder } from '../../files/lock.ts';
import { checkVariable, setVariable, type DotenvText } from './dotenv-text.ts';
import { expand, expandName, nameProblems, variableRule } from './expand.ts';
import { pathProblems, placeFor } from './file-path.ts';
import { fileTarget } from './file.ts';
import { regularFileAt, replaceRegular } from './regular-file.ts';
import type { Scheme } from './scheme.ts';
import { attempt, refusal } from './system-call.ts';
import { TargetError, type Target, type TargetContext, type TargetEnvironment } from './target.ts';

/** `dotenv:<path>#<KEY>`: one variable in a `.env` file, which is made when it is missing. */
export const dotenvScheme: Scheme = {
  problems: (spec) => [...pathProblems(spec), ...nameProblems(spec.slot ?? '', variableRule)],
  create: (spec, subject, environment) => {
    const key = expandName(spec.slot ?? '', variableRule, subject);
    return dotenvTarget({
      given: spec.given,
      name: `dotenv:${expand(spec.body, subject)}#${key}`,
      at: placeFor(spec, subject, environment),
      key,
      environment,
    });
  },
};

interface DotenvTarget {
  readonly given: string;
  readonly name: string;
  readonly at: UserPlace;
  readonly key: string;
  readonly environment: TargetEnvironment;
}

function dotenvTarget({ key, ...target }: DotenvTarget): Target {
  const { ctx, files } = target.environment;
  const { inTurn } = files;
  return fileTarget({
    ...target,
    slot: key,
    isEmpty: async (file, current) => {
      const found = checkVariable({ path: file, text: await readText(file, current) }, key);
      return found === null || found.start === found.end;
    },
    check: (file) =>
      inTurn(file, () =>
        locked(file, ctx, null, async () => {
          checkVariable({ path: file, text: await readText(file, await regularFileAt(file)) }, key);
        }),
      ),
    write: (file, { text }, signal) =>
      inTurn(file, () =>
        locked(file, ctx, signal, async () => {
          const current = await regularFileAt(file);
          const before = { path: file, text: await readText(file, current) };
          const content = Buffer.from(setVariable(before, { key, value: text.reveal() }), 'latin1');
          await replaceRegular({ path: file, current, content, environment: target.environment, signal });
        }),
      ),
  });
}

async function readText(path: string, current: Stats | null): Promise<DotenvText> {
  if (current === null) return '';
  if (current.size > largestText) throw refusal(`${path} is larger than 1 MiB`);
  const bytes = await attempt(`${path} cannot be read`, () => readBounded(path, largestText, { follows: false }));
  return bytes.toString('latin1');
}

/**
 * Runs `work` while no other run of sactl has this file: a lock file beside it names the holder. Waits as long as the lock
 * keeps changing hands, or 10 seconds; `signal` ends the wait.
 * @throws TargetError when the lock is not given up
 */
async function locked<Result>(
  file: string,
  { self, sleep, timeout, uuid }: TargetContext,
  signal: AbortSignal | null,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = `${file}.sactl-lock`;
  const release = await attempt(`${path} cannot be created`, () =>
    takeLock({
      path,
      text: lockText({ ...holderOf(self), startedAt: null }, uuid()),
      // What is no lock is another's file.
      isStale: ({ holder }) => (holder === null ? false : isDead(holder, self)),
      refusal: (found) => {
        const holder = found?.holder ?? null;
        const end = lockEnds[holder === null ? 'by hand' : holderEnd(holder, self)];
        return new TargetError(`${path} is held by ${nameOf(holder)}${end}`, { isRetryable: true });
      },
      renewing: createRenewals({ timeout }),
      wait: { sleep, pauseMs: 50, pauses: 200, ...(signal && { signal }) },
    }),
  );
  try {
    return await work();
  } finally {
    await release();
  }
}

const lockEnds = {
  seen: '',
  lease: '; if that has ended, its lock ends by itself after 2 minutes',
  'by hand': '; remove it if that has ended',
};

function nameOf(holder: LockHolder | null): string {
  if (holder === null) return 'a process that does not say who it is';
  return nameOfHolder(holder);
}
