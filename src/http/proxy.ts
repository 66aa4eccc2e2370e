import type { Environment } from '../context.ts';

export interface Proxy {
  /** Without user name and password. */
  readonly url: string;
  /** Value of the Proxy-Authorization header. */
  readonly authorization: string | null;
}

export interface ProxyReading {
  /** Null also where `NO_PROXY` excludes the endpoint. */
  readonly proxy: Proxy | null;
  /** The variable that names a proxy, e.g. `HTTPS_PROXY`, or null. */
  readonly source: string | null;
  readonly problem: string | null;
}

const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

/**
 * The proxy that the environment names for `endpoint`, as curl reads it. `HTTP_PROXY` is never used: it is for http, and
 * an http endpoint is this machine itself, which the credential would leave unencrypted.
 */
export function readProxy(env: Environment, endpoint: URL): ProxyReading {
  const name = variables.find((variable) => valueOf(env, variable) !== '');
  if (endpoint.protocol !== 'https:' || name === undefined) return { proxy: null, source: null, problem: null };
  const value = valueOf(env, name);
  const proxy = parseProxy(value.includes('://') ? value : `http://${value}`);
  if (proxy === null) return { proxy, source: name, problem: `${name} is not an http or https URL of a proxy` };
  const except = valueOf(env, 'no_proxy') || valueOf(env, 'NO_PROXY');
  return { proxy: isExcepted(endpoint, except) ? null : proxy, source: name, problem: null };
}

/**
 * Whether `NO_PROXY` names the host: hosts separated by commas or spaces, each with an optional port, or `*` for all. A
 * host includes its subdomains, with `.` or `*.` before it or without.
 */
function isExcepted({ hostname, port }: URL, except: string): boolean {
  if (except === '*') return true;
  const host = hostname.toLowerCase();
  return except.split(/[,\s]+/).some((entry) => {
    const [, name = entry, named = ''] = /^(.+):(\d+)$/.exec(entry) ?? [];
    if (name === '' || (named !== '' && named !== (port || '443'))) return false;
    const known = name.replace(/^\*?\./, '').toLowerCase();
    return host === known || host.endsWith(`.${known}`);
  });
}

function valueOf(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}

function parseProxy(text: string): Proxy | null {
  if (!URL.canParse(text)) return null;
  const { protocol, host, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  const url = `${protocol}//${host}`;
  if (username === '') return { url, authorization: null };
  try {
    const credential = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { url, authorization: `Basic ${Buffer.from(credential).toString('base64')}` };
  } catch {
    return null;
  }
}
