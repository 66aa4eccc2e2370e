import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Context } from '../../../../context.ts';
import { ExitCode, UndeliveredError } from '../../../../errors.ts';
import { systemReason } from '../../../../files/system-error.ts';
import { quoted } from '../../../../model/text.ts';
import type { SessionFile } from '../../../../sandbox/augment/console.ts';
import { declareVerb, type Host } from '../../../command.ts';
import type { Invocation } from '../../../../session/invocation.ts';
import { note } from '../../../../session/note.ts';
import { atConsole, refuseMissing } from './at-console.ts';

export function addIssue(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'issue', {
    summary: 'Add a token to an account and print its session.json',
    description:
      'Does what "Add API token" does on Augment\'s settings page, and prints the session.json that can be ' +
      'downloaded there, this once and as one line: what other commands read with --file or --stdin.',
    honours: [],
    examples: ['sactl sandbox console augment issue --account ci-reviewer --token nightly > session.json'],
  })
    .option('--account <name>', 'name of the account')
    .option('--token <name>', 'name of the new token')
    .action((flags) => host.run((invocation) => issuance(invocation, flags)));
}

interface IssueFlags {
  readonly account?: string;
  readonly token?: string;
}

async function issuance({ ctx, common }: Invocation, { account = '', token = '' }: IssueFlags): Promise<ExitCode> {
  refuseMissing({ account, token });
  const { issueToken } = await import('../../../../sandbox/augment/console.ts');
  const session = await atConsole(ctx, (state) => issueToken(state, { account, token, now: ctx.now() }));
  const what = `the token ${quoted(token)} of ${account}`;
  await print(ctx, what, session);
  await note(ctx, common, `the sandbox's console issued ${what}; its value is not shown again`);
  return ExitCode.done;
}

/** @throws UndeliveredError when stdout does not take it, because it is nowhere else */
async function print(ctx: Context, what: string, session: SessionFile): Promise<void> {
  try {
    await ctx.stdout.write(`${JSON.stringify(session)}\n`);
  } catch (cause) {
    throw new UndeliveredError(`${what} was issued and cannot be written to stdout: ${systemReason(cause)}`, {
      hint: 'issue one with another name',
      cause,
    });
  }
}
