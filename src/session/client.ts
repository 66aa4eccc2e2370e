import type { Context } from '../context.ts';
import { createHttpClient, type HttpClient } from '../http/client.ts';
import type { HttpClientOptions, Turn, HttpCredential } from '../http/request.ts';
import { createPause } from '../http/pause.ts';
import { createTransport } from '../http/transport.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { version } from '../version.ts';
import type { CommonFlags } from './flags.ts';
import { note } from './note.ts';

/** Where requests go. */
export interface Destination {
  readonly definition: ProviderDefinition;
  /** Origin and base path without trailing slash. */
  readonly endpoint: string;
  /** e.g. `environment variable RUNAI_BASE_URL` or `default`. */
  readonly endpointSource: string;
  readonly ca: { readonly path: string; readonly source: string } | null;
  /** The emulator that answers instead of the endpoint; then no proxy and no CA is even read. */
  readonly sandbox: Sandbox | null;
  /** Limits how many requests are made at once. */
  readonly turn?: Turn | undefined;
  /** Called with every answer. */
  readonly onAnswer?: HttpClientOptions['onAnswer'];
}

const defaultTimeoutMs = 30_000;

/**
 * Makes clients for one endpoint, one for each credential.
 * @throws UsageError when proxy or CA cannot be used
 */
export async function clientFactory(
  ctx: Context,
  common: CommonFlags,
  { definition, endpoint, endpointSource, ca, sandbox, turn, onAnswer }: Destination,
): Promise<(credential: HttpCredential) => HttpClient> {
  const env = sandbox === null ? ctx.env : {};
  const transport = await createTransport({ ...ctx, env, endpoint, caFile: ca });
  const provider = definition.name;
  const pause = createPause({ now: ctx.now, provider, note: (text) => note(ctx, common, text) });
  return (credential) =>
    createHttpClient({
      ...ctx,
      fetch: sandbox?.fetch ?? ctx.fetch,
      credential,
      endpoint,
      endpointSource,
      transport,
      turn,
      onAnswer,
      timeoutMs: common.timeout ?? defaultTimeoutMs,
      provider,
      pause,
      readProblem: definition.readProblem,
      userAgent: `sactl/${version}`,
      ...(common.debug ? { debug: (line) => ctx.stderr.write(`${line}\n`) } : {}),
    });
}
