import { join, resolve } from 'node:path';

import type { TargetContext } from './target.ts';

/** What names of targets are short for. */
interface Surroundings extends Pick<TargetContext, 'cwd' | 'homeDirectory'> {
  readonly profile: string | null;
}

/**
 * A target's name as it reads from everywhere: the path of a file is made absolute, because what is noted of a delivery
 * is read in other folders, e.g. `session:/home/me/.augment/session.json`; and the profile gets its name.
 */
export function addressOf(name: string, { cwd, homeDirectory, profile }: Surroundings): string {
  if (name === 'profile' && profile !== null) return `profile:${profile}`;
  const [, scheme, path] = /^(file|file\+json|dotenv|session):(.*)$/s.exec(name) ?? [];
  if (scheme === undefined || path === undefined) return name;
  const place = path.startsWith('~/') ? join(homeDirectory, path.slice(2)) : resolve(cwd, path);
  return `${scheme}:${place}`;
}
