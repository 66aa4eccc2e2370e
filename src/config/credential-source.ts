import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Context } from '../context.ts';
import { AuthError, UsageError } from '../errors.ts';
import { FileRefusal, readBoundedText } from '../files/bounded-file.ts';
import { systemCode } from '../files/system-error.ts';
import { Secret } from '../model/credential.ts';
import { safeText } from '../model/text.ts';
import { expandHome, hasPlace, noHome, tildePath, userPlace, type UserPlace } from '../files/home.ts';
import { itemsOf, mappingOf, readText, type Validated } from './section.ts';

/** Where a profile's secret is; never the secret itself. Paths are absolute. */
export type CredentialSource =
  | { readonly kind: 'env'; readonly name: string }
  | ({ readonly kind: 'file' } & Pick<UserPlace, 'path'> & Partial<UserPlace>)
  | { readonly kind: 'command'; readonly program: string; readonly args: readonly string[] };

/** A file with settings in which sources are named. */
export interface SettingsFile {
  readonly path: string;
  readonly homeDirectory: string | null;
  /** Collects the problems. */
  readonly problems: string[];
}

const credentialForms = 'must be exactly one of {env: NAME}, {file: path} and {command: [program, argument, ...]}';

/** Nothing of a wrong credential is quoted, not even its keys: `{abc}` is YAML for a key without a value. */
export function readCredentialSource(raw: unknown, file: SettingsFile): Validated<CredentialSource> {
  if (typeof raw === 'string') return { problem: `must not hold the secret itself: it ${credentialForms}` };
  const [entry, ...others] = mappingOf(raw) ?? [];
  if (entry === undefined || others.length > 0) return { problem: credentialForms };
  const [key, value] = entry;
  if (key === 'env') {
    return typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value)
      ? { value: { kind: 'env', name: value } }
      : { problem: 'has an "env" that must be the name of an environment variable' };
  }
  if (key === 'command') return readCommand(value, file);
  if (key !== 'file') return { problem: credentialForms };
  const place = readPlace(value, file);
  if ('problem' in place) return { problem: `has a "file" that ${place.problem}` };
  const { path, start } = place.value;
  return { value: { kind: 'file', path, ...(start !== null && { start }) } };
}

function readCommand(raw: unknown, file: SettingsFile): Validated<CredentialSource> {
  const problem = 'has a "command" that must be a list of texts: program, then arguments';
  const argv: string[] = [];
  for (const item of itemsOf(raw) ?? []) {
    if (typeof item !== 'string' || item.includes('\0')) return { problem };
    argv.push(item);
  }
  const [program, ...args] = argv;
  if (program === undefined || program.trim() === '') return { problem };
  if (!hasPlace(program, file.homeDirectory)) return { problem: `has a "command" that cannot be run: ${noHome}` };
  return { value: { kind: 'command', program: expandHome(program, file.homeDirectory), args } };
}

/** A path against the folder of the file. */
export function readPath(raw: unknown, file: SettingsFile): Validated<string> {
  const place = readPlace(raw, file);
  return 'problem' in place ? place : { value: place.value.path };
}

function readPlace(raw: unknown, { path, homeDirectory }: SettingsFile): Validated<UserPlace> {
  const text = readText(raw);
  if ('problem' in text) return text;
  if (!hasPlace(text.value, homeDirectory)) return { problem: `must not begin with ~/ here: ${noHome}` };
  return { value: userPlace(text.value, { cwd: dirname(path), homeDirectory }) };
}

/** Where a secret comes from, for people, e.g. `file ~/.config/nscale/token`; never the secret. */
export function describeCredential(source: CredentialSource, homeDirectory: string | null): string {
  if (source.kind === 'env') return `environment variable ${source.name}`;
  if (source.kind === 'file') return `file ${tildePath(source.path, homeDirectory)}`;
  return `command ${tildePath(source.program, homeDirectory)}`;
}

/** In bytes; more than any credential. */
const largestSecret = 64 * 1024;

/**
 * Reads the secret anew at every call, trimmed; one that is a document may have several lines.
 * @throws AuthError (`unauthenticated`) naming the source when there is none, it cannot be read, or it is not one line
 */
export async function readCredential(
  ctx: Context,
  source: CredentialSource,
  { isDocument }: { isDocument: boolean } = { isDocument: false },
): Promise<Secret> {
  return readSecret(ctx, source, { isDocument, what: 'credential' });
}

/** The same for an age identity, which may have several keys. */
export async function readIdentity(ctx: Context, source: CredentialSource): Promise<Secret> {
  return readSecret(ctx, source, { isDocument: true, what: 'identity' });
}

async function readSecret(
  ctx: Context,
  source: CredentialSource,
  { isDocument, what }: { readonly isDocument: boolean; readonly what: string },
): Promise<Secret> {
  try {
    return await secretOf(ctx, source, isDocument);
  } catch (error) {
    if (!(error instanceof NoSecret)) throw error;
    throw new AuthError('unauthenticated', `no ${what}: ${error.message}`, { cause: error.cause });
  }
}

/** The message says what is wrong with the source. */
class NoSecret extends Error {}

async function secretOf(ctx: Context, source: CredentialSource, isDocument: boolean): Promise<Secret> {
  const name = describeCredential(source, ctx.homeDirectory);
  const text = (await readSource(ctx, source, name)).trim();
  if (text === '') throw noSecret(`${name} is ${source.kind === 'env' ? 'not set' : 'empty'}`);
  const wrapping = wrappingOf(text);
  if (wrapping !== null) throw noSecret(`${name} ${wrapping}`);
  // A line break in a header makes fetch quote the whole header in its error.
  if (!isDocument && /\p{Cc}/u.test(text)) {
    throw noSecret(`${name} holds more than one line, or control characters`);
  }
  return new Secret(text);
}

/** What other tools leave around a value; nothing of it is quoted. */
function wrappingOf(text: string): string | null {
  if (/^(["'`])[^]*\1$/.test(text)) return 'has quotes around it: leave them out (docker --env-file keeps them)';
  return /^(?:export\s+)?[A-Z]+(?:_[A-Z0-9]+)+=[^=]/.test(text)
    ? 'holds an assignment, as in a .env file: it has to be the value alone'
    : null;
}

async function readSource(ctx: Context, source: CredentialSource, name: string): Promise<string> {
  if (source.kind === 'env') return ctx.env[source.name] ?? '';
  if (source.kind === 'command') return runCommand(ctx, source);
  try {
    return await readBoundedText(source.path, largestSecret);
  } catch (cause) {
    const code = systemCode(cause) ?? 'unknown error';
    const problem = cause instanceof FileRefusal ? `: ${cause.message}` : ` cannot be read (${code})`;
    throw noSecret(`${name}${problem}`, cause);
  }
}

function noSecret(problem: string, cause?: unknown): NoSecret {
  return new NoSecret(problem, cause === undefined ? undefined : { cause });
}

/** What the user's own command, run without a shell and in the home directory, writes to stdout. */
async function runCommand(
  ctx: Context,
  { program, args }: Extract<CredentialSource, { kind: 'command' }>,
): Promise<string> {
  if (ctx.homeDirectory === null) {
    throw new UsageError(`a command for a credential is run in the home directory, and ${noHome}`);
  }
  const { runProgram } = await import('../programs/program.ts');
  const end = await runProgram(ctx, {
    path: program,
    args,
    cwd: ctx.homeDirectory,
    env: ctx.env,
    // A command that asks for something fails at once, and not after the time-out.
    input: '',
    keeps: { stdout: largestSecret, stderr: largestSecret },
    mustFit: true,
    lastWordsMs: 1000,
    timeoutMs: 30_000,
    signal: ctx.signal,
  });
  ctx.signal.throwIfAborted();
  if (end.problem === null) return end.stdout;
  const problem = end.error === null ? end.problem : `cannot be run (${systemCode(end.error) ?? ''})`;
  const { scrub } = await import('../programs/scrub.ts');
  // Commands that trace themselves repeat the secret.
  const secrets = end.stdout.split('\n').map((line) => new Secret(line.trim()));
  const reason = safeText(scrub(end.stderr, secrets, end.isCut), 200);
  const name = tildePath(program, ctx.homeDirectory);
  throw noSecret(`the command ${name} ${problem}${reason === '' ? '' : `: ${reason}`}`);
}

/** A sentence when the secret's file can be read by other users, else null. Windows has no such modes. */
export async function credentialWarning(ctx: Context, source: CredentialSource): Promise<string | null> {
  if (source.kind !== 'file' || ctx.platform === 'win32') return null;
  const file = await stat(source.path).catch(() => null);
  if (file === null || (file.mode & 0o044) === 0) return null;
  const path = tildePath(source.path, ctx.homeDirectory);
  return `the credential file ${path} can be read by other users of this machine: chmod 600 it`;
}
