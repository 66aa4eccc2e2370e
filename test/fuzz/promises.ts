import { errorCodes, ExitCode } from '../../src/errors.ts';
import { secretInFile, secretOnStderr, secretOnStdout } from './leaks.ts';
import { placesOf } from './places.ts';
import { secrets } from './secrets.ts';
import type { Seen } from './seen.ts';
import { mostRequests } from './server.ts';
import { isUnfiltered, steering, substitution } from './steering.ts';
import { foreignFile, lostCredential } from './whereabouts.ts';
import type { Observation } from './world.ts';

/** A promise of the program, as a sentence, and what breaks it; null where it is kept. */
interface Promised {
  readonly promise: string;
  readonly brokenBy: (seen: Seen) => string | null;
}

/** The promises that a command broke, each with what broke it. */
export function brokenPromises(observation: Observation, earlier: readonly Observation[]): readonly string[] {
  const history = [...earlier, observation];
  const { argv } = observation;
  const seen: Seen = {
    ...observation,
    places: placesOf(
      observation,
      history.map((each) => each.argv),
    ),
    hidden: [...Object.values(secrets), ...history.flatMap(({ issued }) => issued), ...observation.accessTokens],
    isIssuing: ['create', 'rotate', 'deliver'].some((verb) => argv.includes(verb)),
    words: new Set(argv),
  };
  return promises.flatMap(({ promise, brokenBy }) => {
    const why = brokenBy(seen);
    return why === null ? [] : [`${promise}: ${why}`];
  });
}

const codes: ReadonlySet<number | null> = new Set(Object.values(ExitCode));

const knownErrors: ReadonlySet<string | undefined> = new Set(Object.values(errorCodes).flat());

/** Codes that say that no credential was issued. */
const innocent: ReadonlySet<number | null> = new Set([
  ExitCode.failed,
  ExitCode.usage,
  ExitCode.notFound,
  ExitCode.auth,
  ExitCode.conflict,
  ExitCode.actionRequired,
  ExitCode.interrupted,
  ExitCode.terminated,
]);

/** Codes after which the journal has an entry that is open. */
const mayBeOpen: ReadonlySet<number | null> = new Set([ExitCode.unknownOutcome, ExitCode.undelivered]);

const promises: readonly Promised[] = [
  { promise: 'every command ends', brokenBy: ({ code, uncaught }) => (code === null ? uncaught.join('; ') : null) },
  { promise: 'everything that is thrown is caught', brokenBy: ({ uncaught }) => uncaught[0] ?? null },
  { promise: 'the exit code is in the table', brokenBy: ({ code }) => (codes.has(code) ? null : String(code)) },
  {
    promise: 'nothing is a bug',
    brokenBy: ({ stderr }) =>
      /^.*a bug in sactl.*$/m.exec(stderr)?.[0] ?? /^.*"code":"bug".*$/m.exec(stderr)?.[0] ?? null,
  },
  {
    promise: 'the number of requests is bounded',
    brokenBy: ({ requests }) => (requests > mostRequests ? `${requests} requests` : null),
  },
  {
    promise: 'a failure is said',
    brokenBy: ({ code, stderr, words }) =>
      code !== 0 && stderr === '' && !words.has('doctor') ? `exit ${code} without a word` : null,
  },
  {
    promise: 'an error in JSON has a code of the table, and the exit code',
    brokenBy: ({ code, stderr }) => {
      const last = stderr.trimEnd().split('\n').at(-1) ?? '';
      if (!last.startsWith('{"error":')) return null;
      const { error } = JSON.parse(last) as { error: { code?: string; exitCode?: number } };
      return error.exitCode === code && knownErrors.has(error.code) ? null : `exit ${code}: ${last}`;
    },
  },
  { promise: 'stderr holds no secret', brokenBy: secretOnStderr },
  { promise: 'stdout holds no secret that was not asked for', brokenBy: secretOnStdout },
  { promise: 'files hold no secret but where it belongs', brokenBy: secretInFile },
  { promise: 'stderr steers nothing', brokenBy: (seen) => steering(seen.stderr, seen) },
  { promise: 'stdout steers nothing', brokenBy: (seen) => (isUnfiltered(seen) ? steering(seen.stdout, seen) : null) },
  { promise: 'commands in hints can be pasted', brokenBy: substitution },
  { promise: 'nothing is written but what was asked for', brokenBy: foreignFile },
  { promise: 'nothing is tried outside of its folders', brokenBy: ({ escapes }) => escapes[0] ?? null },
  {
    promise: 'code 2 and a dry run ask for no change',
    brokenBy: ({ code, mutations, words }) =>
      (code === ExitCode.usage || words.has('--dry-run')) && mutations > 0
        ? `exit ${code} after ${mutations} requests for changes`
        : null,
  },
  {
    promise: 'after 130 and 143 nothing was changed',
    brokenBy: ({ code, changes, hasLied }) =>
      (code === ExitCode.interrupted || code === ExitCode.terminated) && changes > 0 && !hasLied
        ? `exit ${code} after ${changes} changes`
        : null,
  },
  {
    promise: 'a credential that was issued is never denied',
    brokenBy: ({ code, issued, hasLied, isIssuing }) =>
      isIssuing && !hasLied && issued.length > 0 && innocent.has(code) ? `exit ${code}` : null,
  },
  { promise: 'with 0, the credential is where it was wanted', brokenBy: lostCredential },
  {
    promise: 'with 7 and 8, the journal says what is open',
    brokenBy: (seen) =>
      mayBeOpen.has(seen.code) && seen.isIssuing && entries(seen).length === 0
        ? `exit ${seen.code} without an entry`
        : null,
  },
  {
    promise: 'with all other codes, nothing new is open',
    brokenBy: (seen) => {
      if (seen.code === ExitCode.partial || mayBeOpen.has(seen.code)) return null;
      return entries(seen).find((path) => !seen.before.has(path)) ?? null;
    },
  },
];

function entries({ after }: Pick<Seen, 'after'>): readonly string[] {
  return [...after.keys()].filter((path) => /(?:^|\/)journal\/[^/]+\.jsonl$/.test(path));
}
