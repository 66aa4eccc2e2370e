import type { Context } from '../context.ts';
import { isCI } from '../model/run-environment.ts';
import { CliError, InterruptedError, UsageError } from '../errors.ts';
import { Secret, type Credential } from '../model/credential.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import type { Renderer } from '../output/renderer.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import { issuanceDocument, noOutcome, type IssuedResult } from './result.ts';

const placeholder = 'abcdefgh.ABCDEFGH-01234567_'.repeat(4);

/**
 * The same secret with other characters in its first or in its second half; all three differ. Output that is the same for
 * both the secret and one of them holds no secret: a part at most, its length, or the answer to a question about it. Letters
 * and digits become others of their kind and signs stay, so that what looks at its form sees the same; a half that has
 * neither letter nor digit gets other signs.
 */
export function neighbours(secret: string): readonly [string, string] {
  const characters = Array.from(secret);
  const half = Math.floor(characters.length / 2);
  const [first, second] = [characters.slice(0, half).join(''), characters.slice(half).join('')];
  if (first === '') return [other(second), other(other(second))];
  return [other(first) + second, first + other(second)];
}

/** Of no text, too, another is made. */
function other(text: string): string {
  const changed = text.replaceAll(/[0-9A-Za-z]/g, nextCharacter);
  if (changed !== text) return changed;
  return Array.from(text, nextSign).join('') || '0';
}

function nextCharacter(character: string): string {
  const first = { '9': '0', Z: 'A', z: 'a' }[character];
  return first ?? String.fromCodePoint((character.codePointAt(0) ?? 0) + 1);
}

const signs = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Half a pair cannot be told from another where text is UTF-8, so that no sign becomes one. */
function nextSign(sign: string): string {
  const at = signs.indexOf(sign);
  if (at !== -1) return signs.charAt((at + 1) % signs.length);
  const next = (sign.codePointAt(0) ?? 0) + 1;
  const isWhole = next < 0xd800 || (next > 0xe000 && next <= 0x10ffff);
  return isWhole ? String.fromCodePoint(next) : 'a';
}

/** The part of a plan that a made-up result needs. */
export type SamplePlan = Pick<IssuancePlan, 'expected' | 'expectedRaw' | 'credentialKind' | 'manual'>;

interface Sample {
  readonly renderer: Renderer;
  readonly plan: SamplePlan;
}

/**
 * What keeps stdout from being a place where the credential can be read: the format does not print it, the filters drop
 * it, or nothing is there to take it (docs/design.md 2). All problems are returned.
 */
export async function stdoutProblems(ctx: Context, { renderer, plan }: Sample): Promise<string[]> {
  const problems = placeProblems(ctx, renderer);
  const [whole, ...changed] = await Promise.all(
    [placeholder, ...neighbours(placeholder)].map((secret) => tryOut({ renderer, plan }, secret)),
  );
  const failure = [whole, ...changed].find((tried) => tried?.problem)?.problem ?? null;
  if (failure !== null) problems.push(failure);
  else if (changed.some(({ text }) => text === whole?.text)) {
    problems.push(
      'the filter throws the credential away, or a part of it; let it print .credential.value (with --raw, where the provider puts it), or give --to',
    );
  }
  return problems;
}

/**
 * The problems that are known before it is known what will be printed. Only a flag sends a credential into a pipe or a
 * job's log: a format that a file says may be that of a cloned repository (docs/design.md 6).
 */
export function placeProblems(ctx: Context, { format, isChosen, printingBan }: Omit<Renderer, 'render'>): string[] {
  if (printingBan !== null) return [`the credential may not be printed: ${printingBan}; add --to file:<path>`];
  const problems: string[] = [];
  if (ctx.stdout.discards) problems.push('stdout is closed or the null device: the credential would be lost');
  const needsTerminal = !isChosen || format === 'table' || format === 'csv';
  if (needsTerminal && (!ctx.stdout.isTTY || isCI(ctx.env))) {
    problems.push('no place for the new credential: add --to file:<path>, or -q .credential.value to print it');
  }
  return problems;
}

/** What is wrong with printing a result whose credential went elsewhere. */
export async function reportProblems(sample: Sample): Promise<string[]> {
  const { problem } = await tryOut(sample, null);
  return problem === null ? [] : [problem];
}

/** A result of this command with a placeholder; its fingerprint is always the same: printing it is not printing the secret. */
async function tryOut(
  { renderer, plan }: Sample,
  secret: string | null,
): Promise<{ text: string; problem: string | null }> {
  const credential: Credential = {
    kind: plan.credentialKind,
    value: new Secret('fingerprint'),
    clientId: plan.expected.clientId,
    expiresAt: plan.expected.expiresAt,
  };
  const result = {
    account: plan.expected,
    credential,
    raw: plan.expectedRaw,
    outcome: { ...noOutcome, verified: true },
  };
  try {
    return { text: await renderer.render(issuanceDocument(result, secret)), problem: null };
  } catch (error) {
    if (error instanceof UsageError || error instanceof InterruptedError) throw error;
    const why = error instanceof CliError ? error.message : 'unknown error';
    return { text: '', problem: `the filter fails on a result of this command: ${why}` };
  }
}

/** Why something was not printed; `why` reads after the credential's name. */
export interface StdoutFailure {
  readonly why: string;
  readonly cause: unknown;
}

/** Prints the result with the credential. Null when the operating system took all of it. */
export async function printCredential(
  ctx: Context,
  renderer: Renderer,
  result: IssuedResult,
): Promise<StdoutFailure | null> {
  const secret = result.credential.value.reveal();
  let text: string;
  try {
    text = await renderer.render(issuanceDocument(result, secret));
  } catch (cause) {
    return { why: 'could not be printed: the filter failed on the answer', cause };
  }
  for (const changed of neighbours(secret)) {
    // A filter that fails on the neighbour alone tells the two apart.
    const same = await renderer.render(issuanceDocument(result, changed)).catch(() => null);
    if (same === text) return { why: 'was thrown away by the filter', cause: null };
  }
  return write(ctx, text, 'could not be written to stdout');
}

/** Prints the result without the credential. A reader that has gone is no failure: nothing is lost with it. */
export async function printReport(
  ctx: Context,
  renderer: Renderer,
  result: IssuedResult,
): Promise<StdoutFailure | null> {
  let text: string;
  try {
    text = await renderer.render(issuanceDocument(result, null));
  } catch (cause) {
    return { why: 'the filter failed on it', cause };
  }
  const failure = text === '' ? null : await write(ctx, text, 'cannot write to stdout');
  return failure !== null && systemCode(failure.cause) === 'EPIPE' ? null : failure;
}

async function write(ctx: Context, text: string, what: string): Promise<StdoutFailure | null> {
  try {
    await ctx.stdout.write(text);
    return null;
  } catch (cause) {
    return { why: `${what}: ${systemReason(cause)}`, cause };
  }
}
