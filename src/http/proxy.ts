import { BlockList, isIP } from 'node:net';

import type { Environment, Proxy } from '../context.ts';

export interface ProxyReading {
  /** Null also where an exception excludes the endpoint. */
  readonly proxy: Proxy | null;
  /** The variable that names a proxy, e.g. `HTTPS_PROXY`, or null. */
  readonly source: string | null;
  /** The variable that excludes the endpoint, e.g. `no_proxy`, or null. */
  readonly exception: string | null;
  readonly problem: string | null;
}

const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
const exceptions = ['no_proxy', 'NO_PROXY'];

/**
 * The proxy that the environment names for `endpoint`, as curl reads it; its value is judged only where it is used.
 * `HTTP_PROXY` is never used: it is for http, and an http endpoint is this machine itself, which the credential would leave
 * unencrypted.
 */
export function readProxy(env: Environment, endpoint: URL): ProxyReading {
  const none = { proxy: null, source: null, exception: null, problem: null };
  const source = firstSet(env, variables);
  if (endpoint.protocol !== 'https:' || source === null) return none;
  const exception = firstSet(env, exceptions);
  if (exception !== null && isExcepted(endpoint, valueOf(env, exception))) return { ...none, source, exception };
  return { ...none, source, ...parseProxy(valueOf(env, source), source) };
}

function firstSet(env: Environment, names: readonly string[]): string | null {
  return names.find((name) => valueOf(env, name) !== '') ?? null;
}

function valueOf(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}

/**
 * Whether `NO_PROXY` names the host: names and addresses separated by commas or spaces, each with a port or without, or `*`
 * for all. A name includes its subdomains, with `.` or `*.` before it or without. Addresses may be ranges, such as
 * `10.0.0.0/8` or `fd00::/8`; those of IPv6 stand in brackets or not.
 */
function isExcepted({ hostname, port }: URL, list: string): boolean {
  if (list === '*') return true;
  const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  const hostPort = port || '443';
  return list.split(/[,\s]+/).some((entry) => {
    const [name, named] = splitPort(entry.toLowerCase());
    return (named === null || named === hostPort) && (isIP(host) === 0 ? isWithin(host, name) : isInRange(host, name));
  });
}

/** `[::1]:8443` as `::1` and its port; the port is null where there is none, as in `::1`. */
function splitPort(entry: string): readonly [name: string, port: string | null] {
  const [, bracketed, bare, port = null] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  return [bracketed ?? bare ?? entry, port];
}

function isWithin(host: string, entry: string): boolean {
  const domain = entry.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isInRange(address: string, entry: string): boolean {
  const [, network = '', bits] = /^([^/]+)(?:\/(\d+))?$/.exec(entry) ?? [];
  const family = familyOf(network);
  if (family === null || family !== familyOf(address)) return false;
  const most = family === 'ipv4' ? 32 : 128;
  const length = Number(bits ?? most);
  if (length > most) return false;
  const range = new BlockList();
  range.addSubnet(network, length, family);
  return range.check(address, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}

/** A problem never quotes the value, which may hold a password. */
function parseProxy(value: string, source: string): Pick<ProxyReading, 'proxy' | 'problem'> {
  if (/^socks\w*:/i.test(value)) {
    return { proxy: null, problem: `${source} names a SOCKS proxy, which is not supported; name an http or https one` };
  }
  const proxy = readUrl(value.includes('://') ? value : `http://${value}`, source);
  if (proxy !== null) return { proxy, problem: null };
  const right =
    'http://host:port or http://user:password@host:port, with % / ? # @ of a password as %25 %2F %3F %23 %40';
  return { proxy, problem: `${source} is not an http or https URL of a proxy: write ${right}` };
}

function readUrl(text: string, source: string): Proxy | null {
  if (!URL.canParse(text)) return null;
  const { protocol, host, username, password, pathname, search, hash } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  // Then the host is a part of a password.
  if (`${pathname}${search}${hash}`.includes('@')) return null;
  const url = `${protocol}//${host}`;
  if (username === '' && password === '') return { url, authorization: null, source };
  try {
    const credential = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { url, authorization: `Basic ${Buffer.from(credential).toString('base64')}`, source };
  } catch {
    return null;
  }
}
