import type { SecureContext } from 'node:tls';

import type { Environment, Transport } from '../context.ts';
import { UsageError } from '../errors.ts';
import { isLoopback } from '../model/endpoint.ts';
import type { CaFile } from './certificates.ts';
import { readProxy } from './proxy.ts';
import { userPath, type PathStart } from '../files/home.ts';

/** The CA files that are named; their certificates are trusted beside Node's own. */
export interface CaSettings extends PathStart {
  readonly env: Environment;
  /** The file that a flag or profile names. */
  readonly caFile: CaFile | null;
}

export interface TransportOptions extends CaSettings {
  /** As `readEndpoint` returns it. */
  readonly endpoint: string;
}

/**
 * The proxy and the trust in CAs that the settings ask for.
 * @throws UsageError with all that is wrong, each naming its flag or variable and file
 */
export async function createTransport(options: TransportOptions): Promise<Transport> {
  const endpoint = new URL(options.endpoint);
  const { proxy, problem } = readProxy(options.env, endpoint);
  const trust = await readTrust(options, endpoint);
  const unchecked = uncheckedProblem(options.env, endpoint);
  const problems = [unchecked, problem, ...trust.problems].filter((text) => text !== null);
  if (problems.length > 0) throw new UsageError(problems);
  return { proxy, secureContext: trust.context };
}

/** A sentence when the server's certificate would not be checked, else null. */
export function uncheckedProblem(env: Environment, endpoint: URL): string | null {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0' || isLoopback(endpoint.hostname)) return null;
  return 'NODE_TLS_REJECT_UNAUTHORIZED=0 would send the credential to any server that answers; unset it and name the CA with --ca-cert';
}

async function readTrust(
  settings: CaSettings,
  endpoint: URL,
): Promise<{ readonly context: SecureContext | null; readonly problems: readonly string[] }> {
  const files = namedCaFiles(settings, endpoint);
  // Node itself trusts what stands in NODE_EXTRA_CA_CERTS alone.
  if (files.every(({ source }) => source === nodeVariable)) return { context: null, problems: [] };
  const { createTrust, readCertificates } = await import('./certificates.ts');
  const bundles = await Promise.all(files.map(readCertificates));
  const problems = bundles.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) return { context: null, problems };
  return { context: createTrust(bundles.flatMap(({ certificates }) => certificates ?? [])), problems };
}

const nodeVariable = 'NODE_EXTRA_CA_CERTS';

/** Every CA file that the settings name for an endpoint; those of the environment are for https only. */
export function namedCaFiles(settings: CaSettings, endpoint: URL): readonly CaFile[] {
  const { env, caFile } = settings;
  const variables = endpoint.protocol === 'https:' ? ['SSL_CERT_FILE', nodeVariable] : [];
  const named = variables.map((source) => ({ path: env[source] ?? '', source })).filter(({ path }) => path !== '');
  return [
    ...(caFile === null ? [] : [caFile]),
    ...named.map(({ path, source }) => ({ path: userPath(path, settings), source })),
  ];
}
