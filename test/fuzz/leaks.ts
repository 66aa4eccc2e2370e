import { ciSystem } from '../../src/model/run-environment.ts';
import { formsOf, secrets } from './secrets.ts';
import type { Seen } from './seen.ts';
import { masks } from './steering.ts';

function foundIn(text: string | Buffer, hidden: readonly string[]): string | null {
  return hidden.find((secret) => formsOf(secret).some((form) => text.includes(form))) ?? null;
}

/** A CI runner can only mask a secret that it is given. */
export function secretOnStderr({ stderr, hidden, env, argv }: Seen): string | null {
  const said = ciSystem(env)?.mask?.kind === 'command' ? stderr.replaceAll(masks, '') : stderr;
  // What is given as an id is repeated, and with `--id -` that is all of stdin.
  const readsIds = argv.some((word, at) => word === '--id=-' || (word === '-' && argv[at - 1] === '--id'));
  return foundIn(said, readsIds ? hidden.filter((secret) => secret !== secrets.supplied) : hidden);
}

/** Those that were just issued may be there, where nothing else takes them. */
export function secretOnStdout({ stdout, hidden, isIssuing, words, argv }: Seen): string | null {
  const hasTarget = argv.some((word) => word.startsWith('--to'));
  const isAskedFor = (isIssuing && !hasTarget) || words.has('--reveal');
  const found = hidden.filter((secret) => !isAskedFor || !/^issued|^brought/.test(secret));
  return foundIn(stdout, found);
}

/** What is in a file that was changed, or in the name of one. */
export function secretInFile({ before, after, hidden, places, root }: Seen): string | null {
  for (const [path, content] of after) {
    if (before.get(path)?.equals(content) || places.isAskedFor(`${root}/${path}`)) continue;
    if (/(?:^|\/)(?:journal|backups)\/[^/]+$/.test(path)) continue;
    const secret = foundIn(content, hidden);
    if (secret !== null) return `${path}: ${secret}`;
  }
  return [...after.keys()].find((path) => foundIn(path, hidden) !== null) ?? null;
}
