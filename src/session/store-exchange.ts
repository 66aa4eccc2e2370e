import type { Context } from '../context.ts';
import { attempt, debugLine } from '../http/attempt.ts';
import { createTransport } from '../http/transport.ts';
import { readCaFlag } from '../config/connection.ts';
import type { BucketOptions } from '../state/store/s3-bucket.ts';
import { version } from '../version.ts';
import type { CommonFlags } from './flags.ts';

/** In milliseconds: a store that others wait for answers sooner than a provider has to. */
const defaultTimeoutMs = 10_000;

/** Of one page of a list, and of any value. */
const largestStoreAnswer = 8 * 1024 * 1024;

/**
 * Sends the requests of a state store, each once, with the program's own time-outs, proxy and CAs. A signal does not end
 * them: what is under way has to be recorded.
 * @throws UsageError where proxy or CA cannot be used
 */
export async function createExchange(
  ctx: Context,
  common: CommonFlags,
  { origin }: URL,
): Promise<BucketOptions['exchange']> {
  const caFile = common.caCert === undefined ? null : readCaFlag(ctx, common.caCert);
  const transport = await createTransport({ ...ctx, endpoint: origin, caFile });
  const timeoutMs = common.timeout ?? defaultTimeoutMs;
  const options = { fetch: ctx.fetch, timeout: ctx.timeout, timeoutMs, maxBytes: largestStoreAnswer, transport };
  return async ({ method, url, headers, bytes }) => {
    const sent = { 'user-agent': `sactl/${version}`, ...headers };
    const request = { method, ...(bytes && { bytes }) };
    const startedAt = ctx.now();
    // Writes have a condition, and `writeConditionally` looks what became of one that is lost.
    const result = await attempt({ options, request, stop: null, isRepeatable: true }, url, sent);
    if (common.debug) await ctx.stderr.write(`${debugLine({ request, url, sent }, result, ctx.now() - startedAt)}\n`);
    if (result.kind === 'answer') return result.answer;
    if (result.kind === 'stopped') return { status: null, what: 'was not asked', hint: null, isUnsent: false };
    const { what, hint, arrival } = result.failure;
    return { status: null, what, hint, isUnsent: arrival === 'not-sent' };
  };
}
