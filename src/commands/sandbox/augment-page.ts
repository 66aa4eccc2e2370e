import { loadConfiguration } from '../../config/configuration.ts';
import { printingBan } from '../../config/setting.ts';
import { stateDirectory } from '../../config/directories.ts';
import type { Context } from '../../context.ts';
import { ExitCode, UndeliveredError, UsageError } from '../../errors.ts';
import { systemReason } from '../../files/system-error.ts';
import { quoted } from '../../model/text.ts';
import { createAccount, deleteAccount, issueToken, revokeToken } from '../../sandbox/augment/console.ts';
import type { AugmentState } from '../../sandbox/augment/state.ts';
import { augmentConsole } from '../../sandbox/sandbox.ts';
import type { Invocation } from '../../session/invocation.ts';
import { note } from '../../session/note.ts';

/** "New Service Account". */
export async function createAtConsole(
  { ctx, common }: Invocation,
  name = '',
  description: string | null = null,
): Promise<ExitCode> {
  refuseMissing({ name });
  await atConsole(ctx, (state) => createAccount(state, { name, description, now: ctx.now() }));
  await note(ctx, common, `the sandbox's console made the service account ${name}`);
  return ExitCode.done;
}

/** "Add API token": prints its session.json. */
export async function issueAtConsole({ ctx, common }: Invocation, account = '', token = ''): Promise<ExitCode> {
  refuseMissing({ account, token });
  const ban = printingBan(await loadConfiguration(ctx, {}), null);
  if (ban !== null) throw new UsageError(`the new session.json may not be printed: ${ban}`);
  const session = await atConsole(ctx, (state) => issueToken(state, { account, token, now: ctx.now() }));
  const what = `the token ${quoted(token)} of ${account}`;
  try {
    await ctx.stdout.write(`${JSON.stringify(session)}\n`);
  } catch (cause) {
    // The token is stored nowhere else.
    throw new UndeliveredError(`${what} was issued and cannot be written to stdout: ${systemReason(cause)}`, {
      hint: 'issue one with another name',
      cause,
    });
  }
  await note(ctx, common, `the sandbox's console issued ${what}; its value is not shown again`);
  return ExitCode.done;
}

/** "Revoke". */
export async function revokeAtConsole({ ctx, common }: Invocation, account = '', token = ''): Promise<ExitCode> {
  refuseMissing({ account, token });
  await atConsole(ctx, (state) => revokeToken(state, { account, token, now: ctx.now() }));
  await note(ctx, common, `the sandbox's console revoked the token ${quoted(token)} of ${account}`);
  return ExitCode.done;
}

/** "Delete Account". */
export async function deleteAtConsole({ ctx, common }: Invocation, account = ''): Promise<ExitCode> {
  refuseMissing({ account });
  await atConsole(ctx, (state) => deleteAccount(state, { account }));
  await note(ctx, common, `the sandbox's console deleted the service account ${account}`);
  return ExitCode.done;
}

/** @throws UsageError naming every flag whose value is empty */
function refuseMissing(flags: Readonly<Record<string, string>>): void {
  const missing = Object.keys(flags).filter((name) => flags[name]?.trim() === '');
  if (missing.length > 0) throw new UsageError(missing.map((name) => `--${name} is missing`));
}

/** Runs `work` on the emulator's state and saves it. @throws FailedError when the state cannot be used */
async function atConsole<Result>(ctx: Context, work: (state: AugmentState) => Result): Promise<Result> {
  const { now, sleep } = ctx;
  return augmentConsole({ stateDirectory: stateDirectory(ctx).value, now, sleep }, work);
}
