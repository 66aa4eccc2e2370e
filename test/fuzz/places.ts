import { basename, dirname, join, resolve } from 'node:path';

import type { Observation } from './world.ts';

/** Where a command may write, as far as its words and environment say so. */
export interface Places {
  /** The folder of journal, audit log and the like. */
  readonly stateDirectory: string;
  /** Whether the user asked for something to be written at this path. */
  readonly isAskedFor: (path: string) => boolean;
  /** Whether it is a draft, or a lock, beside such a path: there for a moment. */
  readonly isDraft: (path: string) => boolean;
}

/** `history` is the words of all commands up to this one: what one delivers another may restore. */
export function placesOf(
  { env, root }: Pick<Observation, 'env' | 'root'>,
  history: readonly (readonly string[])[],
): Places {
  const work = join(root, 'work');
  const home = join(root, 'home');
  const asked = history.flatMap((argv) => [
    ...valuesOf(argv, '--to').flatMap((value) => targetPath(value, { work, home })),
    ...valuesOf(argv, '--report').map((path) => resolve(work, path)),
  ]);
  const named = [env['GITHUB_ENV'], env['GITHUB_OUTPUT']].flatMap((path) =>
    path === undefined ? [] : [resolve(work, path)],
  );
  const own = [join(home, 'nscale.token'), join(home, '.augment/session.json')];
  const paths = [...asked, ...named, ...own];
  return {
    stateDirectory: stateDirectoryOf(env, { work, home }),
    isAskedFor: (path) => paths.some((typed) => exactly(typed).test(path)),
    isDraft: (path) =>
      draftName.test(basename(path)) && paths.some((typed) => exactly(dirname(typed)).test(dirname(path))),
  };
}

function valuesOf(argv: readonly string[], flag: string): readonly string[] {
  return argv.flatMap((word, at) => {
    if (word === flag) return argv.slice(at + 1, at + 2);
    return word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : [];
  });
}

interface Folders {
  readonly work: string;
  readonly home: string;
}

const draftName = /^\.sactl-.*\.tmp$|\.sactl-lock$|\.\d+$/s;

/** The path that was typed. What is in braces becomes one segment, or a part of one, that may be anything. */
function targetPath(value: string, { work, home }: Folders): readonly string[] {
  const [, scheme = '', rest = ''] = /^(file|file\+json|session|dotenv):(.*)$/s.exec(value) ?? [];
  if (scheme === '') return [];
  const body = scheme === 'dotenv' ? rest.slice(0, rest.lastIndexOf('#')) : rest;
  const filled = body.replaceAll(/\{[^{}]*\}/g, anything);
  return [filled.startsWith('~/') ? join(home, filled.slice(2)) : resolve(work, filled)];
}

const anything = '\u0001';

function exactly(path: string): RegExp {
  const quoted = path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${quoted.replaceAll(anything, '[^/]+')}$`, 'su');
}

function stateDirectoryOf(env: Observation['env'], { work, home }: Folders): string {
  const own = env['SACTL_STATE_DIR']?.trim() ?? '';
  if (own.startsWith('~/')) return join(home, own.slice(2));
  if (own !== '') return resolve(work, own);
  const xdg = env['XDG_STATE_HOME']?.trim() ?? '';
  return xdg.startsWith('/') ? join(xdg, 'sactl') : join(home, '.local/state/sactl');
}
