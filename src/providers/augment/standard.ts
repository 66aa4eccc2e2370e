import { join } from 'node:path';

import { largestText, readBoundedText } from '../../files/bounded-file.ts';
import type { Connection } from './connection.ts';
import { readSession } from './session.ts';
import { fingerprintOf } from '../../model/credential.ts';

/** Auggie's own session file, below the home directory. */
export const standardPath = '.augment/session.json';

/** The same, as `--to` names it. */
export const standardTarget = `session:~/${standardPath}`;

/** The same, as deliveries to it are noted. */
export function standardAddress(homeDirectory: string): string {
  return `session:${join(homeDirectory, standardPath)}`;
}

/** The token in Auggie's own file. */
export interface Installed {
  /** The file as deliveries to it are noted. */
  readonly target: string;
  readonly fingerprint: string;
}

/** What Auggie's own file holds; null without a usable session in it. */
export async function installedIn({ homeDirectory }: Pick<Connection, 'homeDirectory'>): Promise<Installed | null> {
  if (homeDirectory === null) return null;
  const path = join(homeDirectory, standardPath);
  const { session } = readSession(await readBoundedText(path, largestText).catch(() => ''));
  if (session === null) return null;
  return { target: standardAddress(homeDirectory), fingerprint: fingerprintOf(session.accessToken) };
}
