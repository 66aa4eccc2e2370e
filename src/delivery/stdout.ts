import { isCI, type Context } from '../context.ts';
import { UndeliveredError, UsageError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Credential } from '../model/credential.ts';
import { Secret } from '../model/secret.ts';
import { systemReason } from '../files/system-error.ts';
import type { Renderer } from '../output/renderer.ts';
import type { Issued, IssuingPlan } from '../providers/provider.ts';
import { issueDocument } from './document.ts';

const placeholder = 'abcdefgh.ABCDEFGH-01234567_'.repeat(4);

/**
 * The same secret with other letters and digits in its second half. Output that is the same for both holds no secret: a part at
 * most, its length, or the answer to a question about it.
 */
function neighbour(secret: string): string {
  const half = Math.floor(secret.length / 2);
  return secret.slice(0, half) + secret.slice(half).replaceAll(/[0-9A-Za-z]/g, nextCharacter);
}

function nextCharacter(character: string): string {
  const first = { '9': '0', Z: 'A', z: 'a' }[character];
  return first ?? String.fromCodePoint((character.codePointAt(0) ?? 0) + 1);
}

/**
 * Shows beforehand that stdout is a place where the credential can be read: the format prints it, the filters keep
 * it, and something is there to take it (DESIGN.md 2).
 * @throws UsageError with every problem found
 */
export async function checkStdout(
  ctx: Context,
  { renderer, plan }: { renderer: Renderer; plan: IssuingPlan },
): Promise<void> {
  const problems: string[] = [];
  if (ctx.stdout.discards) {
    problems.push('stdout is closed or the null device: the credential would be lost');
  }
  const needsTerminal = renderer.format === 'table' || renderer.format === 'csv';
  if (needsTerminal && (!ctx.stdout.isTTY || isCI(ctx.env))) {
    problems.push(
      `a credential is printed as ${renderer.format} on a terminal only; here, use --json or -q .credential.value`,
    );
  }
  if (!(await keepsSecret(renderer, plan))) {
    problems.push(
      'the filter throws the credential away; let it print .credential.value (with --raw, where the provider puts it)',
    );
  }
  if (problems.length > 0) throw new UsageError(problems);
}

async function keepsSecret(renderer: Renderer, plan: IssuingPlan): Promise<boolean> {
  const [first, second] = await Promise.all(
    [placeholder, neighbour(placeholder)].map((secret) =>
      renderPlaceholder(renderer, plan, secret),
    ),
  );
  return first !== second;
}

/** The fingerprint stays the same in both: printing it is not printing the secret. */
async function renderPlaceholder(
  renderer: Renderer,
  plan: IssuingPlan,
  secret: string,
): Promise<string> {
  const credential: Credential = {
    kind: plan.credentialKind,
    value: new Secret('fingerprint'),
    clientId: plan.expected.clientId,
    expiresAt: plan.expected.expiresAt,
  };
  try {
    return await renderer.render(
      issueDocument(
        { account: plan.expected, credential, raw: () => plan.expectedRaw(secret) },
        secret,
      ),
    );
  } catch (error) {
    throw new UsageError(
      `the filter fails on a result of this command: ${error instanceof Error ? error.message : 'unknown error'}`,
      { cause: error },
    );
  }
}

/**
 * Prints the result with the credential.
 * @throws UndeliveredError when it did not get out, or the filter dropped it
 */
export async function deliverToStdout(
  ctx: Context,
  { renderer, account, issued }: { renderer: Renderer; account: Account; issued: Issued },
): Promise<void> {
  const { credential, raw } = issued;
  const result = { account, credential, raw };
  const secret = credential.value.reveal();
  const [text, other] = await Promise.all([
    renderer.render(issueDocument(result, secret)),
    // A filter that fails on the neighbour alone tells the two apart.
    renderer.render(issueDocument(result, neighbour(secret))).catch(() => null),
  ]).catch((cause: unknown) => {
    throw undelivered(account, 'could not be printed: the filter failed on the answer', cause);
  });
  if (text === other) throw undelivered(account, 'was thrown away by the filter');
  try {
    await ctx.stdout.write(text);
  } catch (cause) {
    const why = `could not be written to stdout: ${systemReason(cause)}`;
    throw undelivered(account, why, cause);
  }
}

function undelivered(account: Account, why: string, cause?: unknown): UndeliveredError {
  const { provider, name, id } = account;
  return new UndeliveredError(
    `the new credential of ${provider} service account ${name} (${id}) ${why}; it is lost`,
    { provider, hint: `issue another: sactl serviceaccounts rotate --id ${id}`, cause },
  );
}
