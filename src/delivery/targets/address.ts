import { join, resolve } from 'node:path';

import type { TargetContext } from './target.ts';

/**
 * A target's name as it reads from everywhere: the path of a file is made absolute, because what is noted of a delivery
 * is read in other folders, e.g. `session:/home/me/.augment/session.json`. No other name has a path in it.
 */
export function addressOf(
  name: string,
  { cwd, homeDirectory }: Pick<TargetContext, 'cwd' | 'homeDirectory'>,
): string {
  const [, scheme, path] = /^(file|file\+json|dotenv|session):(.*)$/s.exec(name) ?? [];
  if (scheme === undefined || path === undefined) return name;
  const place = path.startsWith('~/') ? join(homeDirectory, path.slice(2)) : resolve(cwd, path);
  return `${scheme}:${place}`;
}
