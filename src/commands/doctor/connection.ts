import type { Connection } from '../../config/connection.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { readEndpoint } from '../../model/endpoint.ts';
import { namedCaFiles, uncheckedProblem } from '../../http/transport.ts';
import { connect, type Connected, type Described } from '../../session/connect.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { examineAnswer, untried } from './answer.ts';
import { failure, ok, warning, type CheckResult } from './report.ts';
import { examineSecretFile } from './permissions.ts';
import { tildePath } from '../../files/home.ts';
import type { CaFile } from '../../http/certificates.ts';
import { readProxy } from '../../http/proxy.ts';
import { inWords } from '../../model/duration.ts';
import type { TimedAnswer } from '../../http/request.ts';

/** Per attempt without `--timeout`; shorter than elsewhere, because a doctor should answer soon. */
const timeoutMs = 10_000;

/**
 * Checks one connection: network, credential, clock, files.
 * @throws UsageError when it cannot be used at all
 */
export async function examineConnection(
  ctx: Context,
  flags: CommonFlags,
  described: Described,
): Promise<readonly CheckResult[]> {
  const { connection } = described;
  const network = await examineNetwork(ctx, connection);
  const source = connection.credential?.profileSource ?? null;
  const files = source?.kind === 'file' ? await examineSecretFile(ctx, source.path) : [];
  if (network.some(({ level }) => level === 'error')) {
    return [...network, untried(connection.credential?.source ?? 'the sandbox'), ...files];
  }
  const clock = watchClock();
  // Problems are results here; notes would repeat them.
  const quiet = { ...flags, quiet: true, timeout: flags.timeout ?? timeoutMs } as const;
  const connected = await connect(ctx, quiet, described, { onAnswer: clock.onAnswer });
  const answer = await examineAnswer(connected, connection);
  return [...network, ...answer, ...clock.results(), ...files, ...(await examineOwnState(connected))];
}

/** The provider's own checks of this machine. */
async function examineOwnState({ provider }: Connected): Promise<readonly CheckResult[]> {
  try {
    return (await provider.manual?.examine()) ?? [];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [failure('provider', error.message, error.hint)];
  }
}

/** The proxy in use, and the certificate authorities that were added. The sandbox uses neither. */
async function examineNetwork(ctx: Context, connection: Connection): Promise<readonly CheckResult[]> {
  const { url } = readEndpoint(connection.endpoint, connection.endpointSource);
  if (connection.credential === null || url === null) return [];
  const endpoint = new URL(url);
  const unchecked = uncheckedProblem(ctx.env, endpoint);
  const files = namedCaFiles({ ...ctx, caFile: connection.ca }, endpoint);
  return [
    ...examineProxy(ctx.env, endpoint),
    ...(unchecked === null ? [] : [failure('ca', unchecked)]),
    ...(await Promise.all(files.map((file) => examineCa(file, ctx.homeDirectory)))),
  ];
}

function examineProxy(env: Context['env'], endpoint: URL): readonly CheckResult[] {
  const { proxy, source, exception, problem } = readProxy(env, endpoint);
  if (problem !== null) return [failure('proxy', problem)];
  if (proxy !== null) return [ok('proxy', `requests go through ${proxy.url} (${source})`)];
  if (exception !== null) return [ok('proxy', `${exception} leaves ${endpoint.host} out of ${source}`)];
  const isPlainOnly = endpoint.protocol === 'https:' && (env['HTTP_PROXY'] ?? env['http_proxy'] ?? '').trim() !== '';
  return isPlainOnly ? [warning('proxy', 'HTTP_PROXY is not used: requests are https', 'set HTTPS_PROXY')] : [];
}

async function examineCa(file: CaFile, homeDirectory: string | null): Promise<CheckResult> {
  const { readCertificates } = await import('../../http/certificates.ts');
  const { certificates, problem } = await readCertificates(file);
  if (problem !== null) return failure('ca', problem);
  const count = certificates.length === 1 ? '1 certificate' : `${certificates.length} certificates`;
  return ok('ca', `${count} of ${tildePath(file.path, homeDirectory)} trusted (${file.source})`);
}

/** Milliseconds between the clocks from which it is worth a warning, and from which tokens may be refused. */
const warnedMs = 30_000;
const refusedMs = 300_000;

/** Measures how far this machine's clock is from the provider's; `results` are empty when no answer had a date. */
function watchClock() {
  let best: { readonly offsetMs: number; readonly tookMs: number } | null = null;
  return {
    onAnswer: (answer: TimedAnswer): void => {
      const offsetMs = offsetOf(answer);
      const tookMs = answer.answeredAt - answer.askedAt;
      if (offsetMs !== null && (best === null || tookMs < best.tookMs)) best = { offsetMs, tookMs };
    },
    results: (): readonly CheckResult[] => (best === null ? [] : [resultOf(best.offsetMs)]),
  };
}

/**
 * The least that the provider's clock must be ahead of ours (negative: behind), in milliseconds: its `Date`, in whole
 * seconds, was written during the exchange. Null without a `Date`, or for an answer from a cache.
 */
function offsetOf({ headers, askedAt, answeredAt }: TimedAnswer): number | null {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date) || Number(headers.get('age') ?? 0) > 0) return null;
  if (date > answeredAt) return date - answeredAt;
  return Math.min(0, date + 1000 - askedAt);
}

function resultOf(offsetMs: number): CheckResult {
  const apart = Math.abs(offsetMs);
  if (apart < warnedMs) return ok('clock', "this machine's clock agrees with the provider's");
  const direction = offsetMs > 0 ? 'behind' : 'ahead of';
  const message = `this machine's clock is ${inWords(apart)} ${direction} the provider's`;
  return apart < refusedMs
    ? warning('clock', message, 'let this machine set its clock by NTP')
    : failure('clock', `${message}: tokens may be refused`, 'let this machine set its clock by NTP');
}
