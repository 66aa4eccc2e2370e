import type { Environment } from '../context.ts';

export interface Proxy {
  /** Without user name and password. */
  readonly url: string;
  /** Value of the Proxy-Authorization header. */
  readonly authorization: string | null;
  /** Hosts that are reached without it, as `NO_PROXY` gives them. */
  readonly except: string;
}

export interface ProxyReading {
  readonly proxy: Proxy | null;
  readonly problem: string | null;
}

const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

/**
 * The proxy that the environment names for `endpoint`, read as curl reads it. `HTTP_PROXY` is for http only, and an http
 * endpoint is this machine itself: through a proxy the credential would leave it unencrypted. So that is never used.
 */
export function readProxy(env: Environment, endpoint: URL): ProxyReading {
  const name = variables.find((variable) => valueOf(env, variable) !== '');
  if (endpoint.protocol !== 'https:' || name === undefined) return { proxy: null, problem: null };
  const value = valueOf(env, name);
  const except = valueOf(env, 'no_proxy') || valueOf(env, 'NO_PROXY');
  const proxy = parseProxy(value.includes('://') ? value : `http://${value}`);
  if (proxy !== null) return { proxy: { ...proxy, except }, problem: null };
  return { proxy: null, problem: `${name} is not an http or https URL of a proxy` };
}

function valueOf(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}

function parseProxy(text: string): Omit<Proxy, 'except'> | null {
  if (!URL.canParse(text)) return null;
  const { protocol, host, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  const url = `${protocol}//${host}`;
  if (username === '') return { url, authorization: null };
  const user = decode(username);
  const pass = decode(password);
  if (user === null || pass === null) return null;
  const basic = Buffer.from(`${user}:${pass}`).toString('base64');
  return { url, authorization: `Basic ${basic}` };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
