import type { Connection } from '../../config/connection.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { readEndpoint } from '../../http/endpoint.ts';
import { connect, type Connected, type Described } from '../../session/connect.ts';
import type { Finding } from '../../providers/provider.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { connectionFlags } from '../../session/located-plan.ts';
import { examineAnswer, untried } from './answer.ts';
import { watchClock } from './clock.ts';
import { failure, type Result } from './diagnosis.ts';
import { examineNetwork } from './network.ts';
import { examineSecretFile } from './permissions.ts';

/** Per attempt, unless `--timeout` says otherwise: who looks for what is wrong does not want to wait for it. */
const timeoutMs = 10_000;

/**
 * One connection, from its files to what its provider says.
 * @throws UsageError when it cannot be used at all
 */
export async function examineConnection(
  ctx: Context,
  flags: CommonFlags,
  described: Described,
): Promise<readonly Result[]> {
  const { connection } = described;
  const network = await examineNetworkOf(ctx, connection);
  const files = await examineFiles(ctx, connection);
  if (network.some(({ level }) => level === 'error')) {
    return [...network, untried(connection.credential?.source ?? 'the sandbox'), ...files];
  }
  const clock = watchClock();
  // What is wrong is said as a result, and not twice.
  const quiet = { ...flags, quiet: true, timeout: flags.timeout ?? timeoutMs } as const;
  const connected = await connect(ctx, quiet, described, { onAnswer: clock.onAnswer });
  const answer = await examineAnswer(connected, connection.endpointSource);
  return [...network, ...answer, ...clock.results(), ...files, ...(await examineOwnState(connected, flags))];
}

/** In the sandbox no proxy and no CA is even read. */
async function examineNetworkOf(
  ctx: Context,
  { credential, ca, endpoint, endpointSource }: Connection,
): Promise<readonly Result[]> {
  const { url } = readEndpoint(endpoint, endpointSource);
  if (credential === null || url === null) return [];
  return examineNetwork({ ...ctx, caFile: ca }, new URL(url));
}

async function examineFiles(ctx: Context, { credential }: Connection): Promise<readonly Result[]> {
  const source = credential?.profileSource ?? null;
  return source?.kind === 'file' ? examineSecretFile(ctx, source.path) : [];
}

/** What only the provider knows of this machine. */
async function examineOwnState(
  { provider, connection, isSandbox }: Connected,
  { endpoint }: CommonFlags,
): Promise<readonly Result[]> {
  try {
    const found = (await provider.examine?.()) ?? [];
    const named = connectionFlags({ ...connection, isSandbox, endpoint });
    return found.map((finding) => withCommand(finding, named));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [failure('provider', error.message, error.hint)];
  }
}

/** The hint as a whole, with the command that means this connection. */
function withCommand({ command, hint, ...finding }: Finding, named: string): Result {
  if (command === undefined) return { ...finding, hint };
  return { ...finding, hint: `${hint === null ? '' : `${hint}; then: `}${command}${named}` };
}
