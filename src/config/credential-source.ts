import { stat } from 'node:fs/promises';

import type { Context } from '../context.ts';
import { AuthError } from '../errors.ts';
import { Secret } from '../model/credential.ts';
import { tildePath } from './directories.ts';
import type { CredentialSource } from './profile.ts';
import { FileRefusal, readBoundedText } from '../files/bounded-file.ts';
import { systemCode } from '../files/system-error.ts';

/** Where a secret comes from, for people, e.g. `file ~/.config/nscale/token`; never the secret. */
export function describeCredential(source: CredentialSource, homeDirectory: string): string {
  if (source.kind === 'env') return `environment variable ${source.name}`;
  if (source.kind === 'file') return `file ${tildePath(source.path, homeDirectory)}`;
  return `command ${tildePath(source.program, homeDirectory)}`;
}

/**
 * Reads the secret anew at every call, trimmed; one that is a document may have several lines.
 * @throws AuthError (`unauthenticated`) naming the source when there is none, it cannot be read, or it is not one line
 */
export async function readCredential(
  ctx: Context,
  source: CredentialSource,
  { isDocument }: { isDocument: boolean } = { isDocument: false },
): Promise<Secret> {
  const name = describeCredential(source, ctx.homeDirectory);
  const text = (await readSource(ctx, source, name)).trim();
  if (text === '') throw noSecret(`${name} is ${source.kind === 'env' ? 'not set' : 'empty'}`);
  // A line break in a header makes fetch quote the whole header in its error.
  if (!isDocument && /\p{Cc}/u.test(text)) {
    throw noSecret(`${name} holds more than one line, or control characters`);
  }
  return new Secret(text);
}

/** A sentence when the secret's file can be read by other users, else null. Windows has no such modes. */
export async function credentialWarning(ctx: Context, source: CredentialSource): Promise<string | null> {
  if (source.kind !== 'file' || ctx.platform === 'win32') return null;
  if (!(await isReadByOthers(source.path))) return null;
  const path = tildePath(source.path, ctx.homeDirectory);
  return `the credential file ${path} can be read by other users of this machine: chmod 600 it`;
}

async function readSource(ctx: Context, source: CredentialSource, name: string): Promise<string> {
  if (source.kind === 'env') return ctx.env[source.name] ?? '';
  if (source.kind === 'command') {
    const { runCredentialCommand } = await import('./credential-command.ts');
    return runCredentialCommand(ctx, source);
  }
  const reading = await readCredentialFile(source.path);
  if (reading.problem !== null) throw noSecret(`${name}${reading.problem}`, reading.cause);
  return reading.text;
}

function noSecret(problem: string, cause?: unknown): AuthError {
  return new AuthError('unauthenticated', `no credential: ${problem}`, { cause });
}

/** More than any credential. */
const largestSecret = 64 * 1024;

/** The file's text; or what reads after its name, and the error that says so. */
export type CredentialFile =
  | { readonly text: string; readonly problem: null }
  | { readonly problem: string; readonly cause: unknown };

/** Reads a file that holds a credential. */
export async function readCredentialFile(path: string): Promise<CredentialFile> {
  try {
    return { text: await readBoundedText(path, largestSecret), problem: null };
  } catch (cause) {
    const problem =
      cause instanceof FileRefusal ? `: ${cause.message}` : ` cannot be read (${systemCode(cause) ?? 'unknown error'})`;
    return { problem, cause };
  }
}

/** Whether other users of the machine may read what is there. */
export async function isReadByOthers(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => null);
  return file !== null && (file.mode & 0o044) !== 0;
}
