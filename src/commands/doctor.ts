import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { CliError, ExitCode } from '../errors.ts';
import type { Style } from '../output/style.ts';
import type { Finding } from '../providers/provider.ts';
import { declareVerb, type Host, type Invocation } from './command.ts';
import type { Connected } from './connect.ts';
import type { Fleet, FleetAnswer } from './fleet.ts';

export function addDoctor(root: CommandUnknownOpts, host: Host): void {
  declareVerb(root, 'doctor', {
    summary: 'Look for what is wrong',
    description:
      'Tries the credential of every profile and of every provider in the environment, or of the one that is named, and ' +
      'looks for what is wrong on this machine. Exit 1 when something keeps a command from working.',
    honours: ['connection', 'fleet', 'output'],
    examples: ['sactl doctor', 'sactl doctor --provider augment', 'sactl doctor --json'],
  }).action(() => host.run(doctor));
}

/** A finding with the connection it is about; both null for what concerns all. */
interface Diagnosis {
  readonly provider: string | null;
  readonly profile: string | null;
  readonly level: 'ok' | Finding['level'];
  readonly message: string;
  readonly hint: string | null;
}

async function doctor({ ctx, common }: Invocation): Promise<ExitCode> {
  const { connectionFlags } = await import('./located-plan.ts');
  const { openFleet } = await import('./fleet.ts');
  const { listDocument } = await import('../output/document.ts');
  const { safeText } = await import('../model/safe-text.ts');
  const { fleet } = await openFleet(
    ctx,
    common,
    () => Promise.resolve({ value: null, problems: [] }),
    'all',
  );
  const answers = await fleet.askAll((connected) => {
    const { connection, isSandbox } = connected;
    const { endpoint } = common;
    return examine(connected, connectionFlags({ ...connection, isSandbox, endpoint }));
  });
  const rows = answers.flatMap((answer, index) => diagnose(fleet.connections[index], answer));
  const document = listDocument<Diagnosis>({
    rows,
    columns: [
      { name: 'level', value: ({ level }) => level },
      { name: 'provider', value: ({ provider }) => provider },
      { name: 'profile', value: ({ profile }) => profile },
      { name: 'message', value: ({ message }) => message },
      { name: 'hint', value: ({ hint }) => hint },
    ],
  });
  await fleet.emit({
    ...document,
    human: (style) => rows.map((row) => linesOf(row, { style, safeText })).join(''),
  });
  return rows.some(({ level }) => level === 'error') ? ExitCode.failed : ExitCode.done;
}

const tones = { ok: 'good', warning: 'warning', error: 'bad' } as const;

/** One finding for people, with what helps below it. */
function linesOf(
  { level, provider, profile, message, hint }: Diagnosis,
  { style, safeText }: { style: Style; safeText: (text: string) => string },
): string {
  const where = profile === null ? provider : `${provider} (${profile})`;
  const label = style.paint(tones[level], level.padEnd('warning'.length));
  const help = hint === null ? '' : `         hint: ${safeText(hint)}\n`;
  return `${label}  ${safeText(`${where}: ${message}`)}\n${help}`;
}

/** What is found without a request, and whether the credential works. */
async function examine(
  { provider, connection }: Connected,
  flags: string,
): Promise<readonly Finding[]> {
  const found = ((await provider.examine?.()) ?? []).map((finding) => withCommand(finding, flags));
  try {
    await provider.whoami();
    return found;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = `the credential from ${connection.credentialSource}: ${error.message}`;
    return [...found, { level: 'error', message, hint: error.hint }];
  }
}

/** The hint as a whole, with the command that means this connection. */
function withCommand({ command, ...finding }: Finding, flags: string): Finding {
  if (command === undefined) return finding;
  const { hint } = finding;
  return { ...finding, hint: `${hint === null ? '' : `${hint}; then: `}${command}${flags}` };
}

function diagnose(
  connection: Fleet['connections'][number] | undefined,
  { answer, error }: FleetAnswer<readonly Finding[]>,
): readonly Diagnosis[] {
  const { provider = null, profile = null } = connection ?? {};
  if (error !== null) {
    const { message, hint } = error;
    return [{ provider, profile, level: 'error', message, hint }];
  }
  if (answer.length === 0) {
    return [{ provider, profile, level: 'ok', message: 'the credential works', hint: null }];
  }
  return answer.map(({ level, message, hint }) => ({ provider, profile, level, message, hint }));
}
