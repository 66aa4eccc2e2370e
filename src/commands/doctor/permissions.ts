import { stat } from 'node:fs/promises';

import { logPath } from '../../state/audit-file.ts';
import { tildePath } from '../../files/home.ts';
import type { Context } from '../../context.ts';
import { journalDirectory } from '../../state/journal-folder.ts';
import { failure, ok, warning, type CheckResult } from './report.ts';

type System = Pick<Context, 'platform' | 'userId' | 'homeDirectory'>;

interface OwnFile {
  readonly path: string;
  /** Whether only the user may read it. */
  readonly isPrivate: boolean;
}

/** Who else can read or change the files of sactl. Windows has no such modes. */
export async function examinePermissions(
  system: System,
  { userFile, stateDirectory }: { userFile: string | null; stateDirectory: string | null },
): Promise<readonly CheckResult[]> {
  const files: readonly OwnFile[] = [
    // It says where secrets are, and holds none.
    ...(userFile === null ? [] : [{ path: userFile, isPrivate: false }]),
    ...(stateDirectory === null ? [] : stateFiles(stateDirectory)),
  ];
  const found = await Promise.all(files.map((file) => examineFile(system, file)));
  const problems = found.flatMap((results) => results ?? []);
  if (problems.length > 0 || found.every((results) => results === null)) return problems;
  return [ok('permissions', 'only you can change what sactl keeps, or read its secrets')];
}

function stateFiles(stateDirectory: string): readonly OwnFile[] {
  const paths = [stateDirectory, journalDirectory(stateDirectory), logPath({ stateDirectory })];
  return paths.map((path) => ({ path, isPrivate: true }));
}

/** Who else can read or change a file that holds a credential. */
export async function examineSecretFile(system: System, path: string): Promise<readonly CheckResult[]> {
  return (await examineFile(system, { path, isPrivate: true })) ?? [];
}

/** Null when there is no such file, or the system has no such modes. */
async function examineFile(
  { platform, userId, homeDirectory }: System,
  { path, isPrivate }: OwnFile,
): Promise<readonly CheckResult[] | null> {
  if (platform === 'win32') return null;
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  const name = tildePath(path, homeDirectory);
  const ownMode = found.isDirectory() ? '700' : '600';
  const mend = `chmod ${isPrivate ? ownMode : 'go-w'} ${path}`;
  const isForeign = userId !== null && found.uid !== userId && found.uid !== 0;
  const rights = rightsOf(found.mode, isPrivate);
  return [
    ...(isForeign ? [warning('permissions', `${name} belongs to another user`)] : []),
    ...(rights === null ? [] : [rights.report('permissions', `${rights.who} ${name}`, mend)]),
  ];
}

/** The worst that others may do. Most groups have the user alone in them, so their rights are a warning. */
function rightsOf(mode: number, isPrivate: boolean): { readonly report: typeof failure; readonly who: string } | null {
  if (mode & 0o002) return { report: failure, who: 'every user can change' };
  if (mode & 0o020) return { report: warning, who: 'its group can change' };
  const isRead = isPrivate && (mode & 0o044) !== 0;
  return isRead ? { report: warning, who: 'other users of this machine can read' } : null;
}
