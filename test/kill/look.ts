import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'vitest';

import { target, type Aftermath } from './killed.ts';

/** What can be seen after a kill. */
export interface Seen {
  /** Whether the provider has issued a credential. */
  readonly issued: boolean;
  /** Whether the target has what it had before, the whole credential that is live, or anything else. */
  readonly target: 'as before' | 'complete' | 'torn';
  /** The id of the entry that keeps the live credential. */
  readonly kept: string | null;
  /** The id of the entry that says that no answer came. */
  readonly asked: string | null;
}

/** Looks at the provider, at the target and, with a new process, at the journal. */
export async function lookAround(aftermath: Aftermath): Promise<Seen> {
  return {
    issued: issued(aftermath) !== null,
    target: await targetState(aftermath),
    ...(await journalState(aftermath)),
  };
}

/** e.g. `issued; target as before; kept` */
export function describeSeen(seen: Seen): string {
  const journal = [...(seen.kept === null ? [] : ['kept']), ...(seen.asked === null ? [] : ['asked'])];
  return [seen.issued ? 'issued' : 'not issued', `target ${seen.target}`, ...journal].join('; ');
}

/** Makes sure that nothing is left to see to. */
export async function expectEmptyJournal(aftermath: Aftermath): Promise<void> {
  if ((await entryFiles(aftermath)).length === 0) return;
  expect(await aftermath.sactl(['recover', 'list', '--json'])).toMatchObject({ stdout: '[]\n' });
}

/** Makes sure that an entry or the audit log tells of a credential that was issued. */
export async function expectTold(aftermath: Aftermath, { kept, asked }: Seen): Promise<void> {
  const hash = issued(aftermath);
  if (hash === null || kept !== null || asked !== null) return;
  const log = await readFile(join(aftermath.home, 'state', 'audit.jsonl'), 'utf8').catch(() => '');
  expect(log).toContain(`"sha256:${hash.slice(0, 12)}"`);
}

/** Whether this is the credential that the account has now. */
export function isLive(aftermath: Aftermath, credential: string): boolean {
  return createHash('sha256').update(credential).digest('hex') === issued(aftermath);
}

/** Makes sure that a file in the home has the live credential, and nobody else may read it. */
export async function expectLive(aftermath: Aftermath, name: string): Promise<void> {
  const path = join(aftermath.home, name);
  expect(isLive(aftermath, await readFile(path, 'utf8'))).toBe(true);
  expect((await stat(path)).mode & 0o7777).toBe(0o600);
}

function issued({ world, command }: Aftermath): string | null {
  return world.issued(command.account);
}

async function targetState(aftermath: Aftermath): Promise<Seen['target']> {
  const { command, home } = aftermath;
  const content = await readFile(join(home, target), 'utf8').catch(() => null);
  // The file that stdout goes to is made by the shell.
  if (content === (command.prints ? '' : command.before)) return 'as before';
  if (content === null) return 'torn';
  if (!command.prints && isLive(aftermath, content)) {
    await expectLive(aftermath, target);
    return 'complete';
  }
  const isLine = command.prints && content.endsWith('\n');
  return isLine && isLive(aftermath, content.slice(0, -1)) ? 'complete' : 'torn';
}

/** What a new process can reveal of the journal. */
async function journalState(aftermath: Aftermath): Promise<Pick<Seen, 'kept' | 'asked'>> {
  const [id, ...others] = await entryFiles(aftermath);
  expect(others).toEqual([]);
  if (id === undefined) return { kept: null, asked: null };
  const show = await aftermath.sactl(['recover', 'show', '--id', id, '--reveal', '--json']);
  if (show.code === 0) {
    const { credential } = JSON.parse(show.stdout) as Revealed;
    expect(isLive(aftermath, credential.value)).toBe(true);
    return { kept: id, asked: null };
  }
  const isThere = !show.stderr.includes(`there is no journal entry \\"${id}\\"`);
  expect(show).toMatchObject({
    code: 3,
    stderr: isThere ? expect.stringContaining('no answer is known') : expect.any(String),
  });
  return { kept: null, asked: isThere ? id : null };
}

interface Revealed {
  readonly credential: { readonly value: string };
}

/** The ids of the entries in the journal, by the names of their files; not each of them has an entry in it. */
async function entryFiles({ home }: Aftermath): Promise<readonly string[]> {
  const names = await readdir(join(home, 'state', 'journal')).catch(() => []);
  return names.filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -6));
}
