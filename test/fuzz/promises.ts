import { sep } from 'node:path';

import { ExitCode } from '../../src/errors.ts';
import { placesOf, type Places } from './places.ts';
import { formsOf, secrets } from './secrets.ts';
import { mostRequests } from './server.ts';
import type { Observation } from './world.ts';

/** A promise of the program's, as a sentence, and what breaks it; null where it is kept. */
interface Promised {
  readonly promise: string;
  readonly brokenBy: (seen: Seen) => string | null;
}

interface Seen extends Observation {
  readonly places: Places;
  /** All that must not be seen. */
  readonly hidden: readonly string[];
  readonly isIssuing: boolean;
  readonly words: ReadonlySet<string>;
}

/** The promises that a command broke, each with what broke it. */
export function brokenPromises(
  observation: Observation,
  earlier: readonly Observation[],
): readonly string[] {
  const history = [...earlier, observation];
  const { argv } = observation;
  const seen: Seen = {
    ...observation,
    places: placesOf(
      observation,
      history.map((each) => each.argv),
    ),
    hidden: [
      ...Object.values(secrets),
      ...history.flatMap(({ issued }) => issued),
      ...observation.accessTokens,
    ],
    isIssuing: ['create', 'rotate', 'deliver'].some((verb) => argv.includes(verb)),
    words: new Set(argv),
  };
  return promises.flatMap(({ promise, brokenBy }) => {
    const why = brokenBy(seen);
    return why === null ? [] : [`${promise}: ${why}`];
  });
}

const codes: ReadonlySet<number | null> = new Set(Object.values(ExitCode));

/** Codes that say that no credential was issued. */
const innocent: ReadonlySet<number | null> = new Set([1, 2, 3, 4, 5, 20, 130, 143]);

const promises: readonly Promised[] = [
  {
    promise: 'every command comes to its end',
    brokenBy: ({ code, uncaught }) => (code === null ? uncaught.join('; ') : null),
  },
  {
    promise: 'nothing is thrown that nobody catches',
    brokenBy: ({ uncaught }) => uncaught[0] ?? null,
  },
  {
    promise: 'the exit code is in the table',
    brokenBy: ({ code }) => (codes.has(code) ? null : String(code)),
  },
  {
    promise: 'nothing is a bug',
    brokenBy: ({ stderr }) =>
      /^.*a bug in sactl.*$/m.exec(stderr)?.[0] ?? /^.*"code":"bug".*$/m.exec(stderr)?.[0] ?? null,
  },
  {
    promise: 'requests come to an end',
    brokenBy: ({ requests }) => (requests > mostRequests ? `${requests} requests` : null),
  },
  {
    promise: 'a failure is said',
    brokenBy: ({ code, stderr, words }) =>
      code !== 0 && stderr === '' && !words.has('doctor') ? `exit ${code} without a word` : null,
  },
  {
    promise: 'an error in JSON is one, with the exit code in it',
    brokenBy: ({ code, stderr }) => {
      const last = stderr.trimEnd().split('\n').at(-1) ?? '';
      if (!last.startsWith('{"error":')) return null;
      const { error } = JSON.parse(last) as { error: { exitCode?: number } };
      return error.exitCode === code ? null : `exit ${code}: ${last}`;
    },
  },
  { promise: 'stderr holds no secret', brokenBy: secretOnStderr },
  { promise: 'stdout holds no secret that was not asked for', brokenBy: secretOnStdout },
  { promise: 'files hold no secret but where it belongs', brokenBy: secretInFile },
  { promise: 'stderr steers nothing', brokenBy: (seen) => steering(seen.stderr, seen) },
  {
    promise: 'tables steer nothing',
    brokenBy: (seen) => (isForPeople(seen) ? steering(seen.stdout, seen) : null),
  },
  { promise: 'commands in hints can be pasted', brokenBy: substitution },
  { promise: 'nothing is written but what was asked for', brokenBy: foreignFile },
  {
    promise: 'nothing is tried outside of its folders',
    brokenBy: ({ escapes }) => escapes[0] ?? null,
  },
  {
    promise: 'code 2 and a dry run ask for no change',
    brokenBy: ({ code, mutations, words }) =>
      (code === 2 || words.has('--dry-run')) && mutations > 0
        ? `exit ${code} after ${mutations} requests for changes`
        : null,
  },
  {
    promise: 'after 130 and 143 nothing was changed',
    brokenBy: ({ code, changes }) =>
      (code === 130 || code === 143) && changes > 0
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
      (seen.code === 7 || seen.code === 8) && seen.isIssuing && entries(seen).length === 0
        ? `exit ${seen.code} without an entry`
        : null,
  },
  {
    promise: 'with all other codes, nothing new is open',
    brokenBy: (seen) => {
      if (seen.code === 6 || seen.code === 7 || seen.code === 8) return null;
      return entries(seen).find((path) => !seen.before.has(path)) ?? null;
    },
  },
];

function entries({ after }: Pick<Seen, 'after'>): readonly string[] {
  return [...after.keys()].filter((path) => /(?:^|\/)journal\/[^/]+\.jsonl$/.test(path));
}

function foundIn(text: string | Buffer, hidden: readonly string[]): string | null {
  return hidden.find((secret) => formsOf(secret).some((form) => text.includes(form))) ?? null;
}

/** What the runner of a job is told to hide, it has to be told. */
function secretOnStderr({ stderr, hidden, env, argv }: Seen): string | null {
  const said =
    env['GITHUB_ACTIONS'] === 'true' ? stderr.replaceAll(/^::add-mask::.*$/gm, '') : stderr;
  // What is given as an id is repeated, and with `--id -` that is all of stdin.
  const readsIds = argv.some(
    (word, at) => word === '--id=-' || (word === '-' && argv[at - 1] === '--id'),
  );
  return foundIn(said, readsIds ? hidden.filter((secret) => secret !== secrets.brought) : hidden);
}

function secretOnStdout({ stdout, hidden, isIssuing, words, argv }: Seen): string | null {
  const hasTarget = argv.some((word) => word.startsWith('--to'));
  const isAskedFor = (isIssuing && !hasTarget) || words.has('--reveal');
  const found = hidden.filter((secret) => !isAskedFor || !/^issued|^brought/.test(secret));
  return foundIn(stdout, found);
}

function secretInFile({ before, after, hidden, places, root }: Seen): string | null {
  for (const [path, content] of after) {
    if (before.get(path)?.equals(content) || places.isAskedFor(`${root}/${path}`)) continue;
    if (/(?:^|\/)(?:journal|backups)\/[^/]+$/.test(path)) continue;
    const secret = foundIn(content, hidden);
    if (secret !== null) return `${path}: ${secret}`;
  }
  return [...after.keys()].find((path) => foundIn(path, hidden) !== null) ?? null;
}

const colours = /\p{Cc}\[\d+(?:;\d+)*m/gu;

/** What clears a line that is drawn anew. */
const anew = /\r\p{Cc}\[K/gu;

/** Text that a terminal or the runner of a job takes for a command; null where there is none. */
function steering(text: string, { command }: Pick<Seen, 'command'>): string | null {
  const plain =
    command.terminal === null ? text : text.replaceAll(colours, '').replaceAll(anew, '\n');
  const control = /(?![\n\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.exec(plain);
  if (control !== null) return JSON.stringify(plain.slice(Math.max(0, control.index - 60)));
  return /^\s*::(?!add-mask::).*$|^.*##(?:\[|vso\[).*$/m.exec(plain)?.[0] ?? null;
}

/** What a shell would run in a command that is offered, outside of its single quotes. */
function substitution({ stderr }: Seen): string | null {
  const hints = [...stderr.matchAll(/^.*hint:(.*)$|"hint":"((?:[^"\\]|\\.)*)"/gm)];
  const commands = hints
    .map(([, line = '', json = '']) => line + json)
    .filter((hint) => hint.includes('sactl '));
  return commands.find((hint) => /\$\(|`/.test(hint.replaceAll(/'[^']*'/g, ''))) ?? null;
}

/** Whether what is printed is meant for people, as far as words and files say so. */
function isForPeople({ argv, before }: Seen): boolean {
  const flag = /^--(?:json|query|raw|format)|^-\w*q/;
  const isSet = [...before].some(
    ([path, content]) => /sactlrc|config|user\.json/.test(path) && content.includes('format'),
  );
  return !isSet && !argv.some((word) => flag.test(word));
}

function foreignFile({ written, places, root, before, after }: Seen): string | null {
  const { stateDirectory, isAskedFor, isDraft } = places;
  for (const path of written) {
    const isState =
      path === stateDirectory ||
      path.startsWith(stateDirectory + sep) ||
      stateDirectory.startsWith(path + sep);
    if (isState || isAskedFor(path)) continue;
    if (!isDraft(path)) return path;
    const name = path.slice(root.length + 1);
    if (after.has(name) && !before.has(name)) return `${path} is left behind`;
  }
  return after.get('elsewhere/precious')?.toString() === 'precious' ? null : 'elsewhere/precious';
}

function lostCredential(seen: Seen): string | null {
  const { code, issued, hasLied, isIssuing, stdout, after, argv } = seen;
  const last = issued.at(-1);
  if (code !== 0 || hasLied || !isIssuing || last === undefined) return null;
  // What a program took, it alone knows.
  if (argv.some((word) => /^(?:--to=)?(?:exec|gh-secret|kubernetes|vault)/.test(word))) return null;
  const isSomewhere =
    stdout.includes(last) || [...after.values()].some((file) => file.includes(last));
  return isSomewhere ? null : last;
}
