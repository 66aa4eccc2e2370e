import type { SecureContext } from 'node:tls';
import { UsageError } from '../errors.ts';
import { ownCaFiles, type CaPlace } from './ca-files.ts';
import { isLoopback } from './endpoint.ts';
import type { Transport } from './request.ts';
import { readProxy, type Proxy } from './proxy.ts';

/** The CAs that are named are trusted beside Node's own. */
export interface TransportOptions extends CaPlace {
  /** As `readEndpoint` gives it. */
  readonly endpoint: string;
}

/**
 * What takes requests through the proxy, or trusts the CA, that the settings ask for. Only for a proxy is undici loaded: it
 * costs as much as starting Node (STYLE.md 1.7).
 *
 * @throws UsageError with all that is wrong, each naming its flag or variable and file
 */
export async function createTransport(options: TransportOptions): Promise<Transport> {
  const { env } = options;
  const endpoint = new URL(options.endpoint);
  const { proxy, problem } = readProxy(env, endpoint);
  const trust = await readTrust(options, endpoint);
  const problems = [uncheckedProblem(options, endpoint), problem, ...trust.problems];
  const found = problems.filter((text) => text !== null);
  if (found.length > 0) throw new UsageError(found);
  const { context } = trust;
  if (proxy !== null) return { dispatcher: await createDispatcher(proxy, context) };
  return context === null ? {} : { secureContext: context };
}

/** A sentence when the server's certificate would not be checked, else null. */
export function uncheckedProblem({ env }: Pick<CaPlace, 'env'>, endpoint: URL): string | null {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0' || isLoopback(endpoint.hostname)) return null;
  return 'NODE_TLS_REJECT_UNAUTHORIZED=0 would send the credential to whoever answers; unset it and name the CA with --ca-cert';
}

type Dispatcher = NonNullable<Transport['dispatcher']>;

interface Trust {
  readonly context: SecureContext | null;
  readonly problems: readonly string[];
}

async function readTrust(options: TransportOptions, endpoint: URL): Promise<Trust> {
  const files = ownCaFiles(options, endpoint);
  if (files.length === 0) return { context: null, problems: [] };
  const { createTrust, readCertificates } = await import('./certificates.ts');
  const readings = await Promise.all(files.map(readCertificates));
  const problems = readings.map((reading) => reading.problem).filter((text) => text !== null);
  if (problems.length > 0) return { context: null, problems };
  return {
    context: createTrust(readings.flatMap((reading) => reading.certificates ?? [])),
    problems,
  };
}

async function createDispatcher(proxy: Proxy, context: SecureContext | null): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  const tls = context === null ? {} : { secureContext: context };
  return forFetch(
    new EnvHttpProxyAgent({
      httpsProxy: proxy.url,
      // Given, so that undici does not look for them in the real environment.
      httpProxy: '',
      noProxy: '',
      ...(proxy.authorization === null ? {} : { token: proxy.authorization }),
      connect: tls,
      requestTls: tls,
      proxyTls: tls,
    }),
  );
}

/** Node's fetch takes the dispatchers of this undici (STYLE.md 1.12), but is typed with those of its own older one. */
function forFetch(dispatcher: object): Dispatcher {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the seam between the two undicis' types
  return dispatcher as Dispatcher;
}
