import { isLoopback } from './endpoint.ts';
import { Secret } from './credential.ts';
import { listOf } from './text.ts';

/** Where the state is kept (docs/design.md 11). */
export type StoreAddress =
  /** On this machine. */
  | { readonly kind: 'file' }
  /** A folder that several machines share; an absolute path. */
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Without a slash at either end; empty is the whole bucket. */
      readonly prefix: string;
      readonly region: string | null;
      /** Origin and base path without trailing slash; null is AWS's own. */
      readonly endpoint: string | null;
    }
  | {
      readonly kind: 'postgres';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
      readonly password: Secret | null;
      readonly sslmode: SslMode;
    }
  | { readonly kind: 'kubernetes'; readonly namespace: string; readonly context: string | null };

/** `verify-ca` does not compare the host's name; `disable` is for loopback only. */
export type SslMode = (typeof sslModes)[number];

const sslModes = ['verify-full', 'verify-ca', 'disable'] as const;

/** An address, or what is wrong with it as it reads after its name; it is never quoted, because it may hold a password. */
export type AddressReading = { readonly value: StoreAddress } | { readonly problem: string };

const forms =
  'must be file, file:<absolute path>, s3://<bucket>[/<prefix>], postgres://<user>@<host>/<database> or kubernetes:<namespace>';

/** Reads e.g. `s3://ops/sactl?region=eu-west-1`. */
export function readStoreAddress(text: string): AddressReading {
  if (text === 'file') return { value: { kind: 'file' } };
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):(.*)$/s.exec(text) ?? [];
  if (scheme === 'file') return readFolder(rest);
  if (scheme === 'kubernetes') return readKubernetes(rest);
  // A URL would lead `/a/../b` elsewhere than it reads.
  if (!rest.startsWith('//') || !URL.canParse(text) || /\/\.{1,2}(?:[/?#]|$)/.test(rest)) return { problem: forms };
  if (scheme === 's3') return readS3(new URL(text));
  return scheme === 'postgres' || scheme === 'postgresql' ? readPostgres(new URL(text)) : { problem: forms };
}

/** The address for people: without password, and without what is not in the place itself. */
export function describeAddress(address: StoreAddress): string {
  if (address.kind === 's3') return `s3://${address.bucket}${address.prefix === '' ? '' : `/${address.prefix}`}`;
  if (address.kind === 'kubernetes') return `kubernetes:${address.namespace}`;
  if (address.kind === 'file') return 'file';
  if (address.kind === 'folder') return `file:${address.path}`;
  return `postgres://${address.user}@${address.host}:${address.port}/${address.database}`;
}

function readFolder(path: string): AddressReading {
  if (!/^(?:\/|[A-Za-z]:[\\/])/.test(path) || /\p{Cc}/u.test(path)) {
    return { problem: 'has a folder that is not an absolute path, e.g. file:/mnt/shared/sactl' };
  }
  return { value: { kind: 'folder', path: path.replace(/(?<=.)[\\/]+$/, '') } };
}

function readS3(url: URL): AddressReading {
  const prefix = url.pathname.replaceAll(/^\/+|\/+$/g, '');
  const { values, problem } = readQuery(url.searchParams, ['region', 'endpoint']);
  if (problem !== null) return { problem };
  if (url.username !== '' || url.password !== '')
    return { problem: 'must not hold a credential: AWS_ACCESS_KEY_ID does' };
  if (url.port !== '' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname)) {
    return { problem: 'has a bucket that is not valid: use 3 to 63 lower-case letters, digits, "." and "-"' };
  }
  if (!/^[\w.=/-]*$/.test(prefix) || prefix.includes('//') || url.hash !== '') {
    return { problem: 'has a prefix with other characters than letters, digits, "_", "-", ".", "=" and "/"' };
  }
  const region = values.get('region') ?? null;
  if (region !== null && !/^[a-z0-9-]{1,40}$/.test(region)) return { problem: 'has a region that is not valid' };
  const endpoint = readEndpoint(values.get('endpoint') ?? null);
  if ('problem' in endpoint) return endpoint;
  return { value: { kind: 's3', bucket: url.hostname, prefix, region, endpoint: endpoint.value } };
}

function readEndpoint(text: string | null): { readonly value: string | null } | { readonly problem: string } {
  if (text === null) return { value: null };
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    return { problem: 'has an endpoint that is not a URL such as https://s3.example.com' };
  }
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return { problem: 'has an endpoint that must use https' };
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return { problem: 'has an endpoint with more in it than a host and a path' };
  }
  return { value: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}

const postgresForm = 'must be postgres://<user>@<host>[:<port>]/<database>';

function readPostgres(url: URL): AddressReading {
  const { values, problem } = readQuery(url.searchParams, ['sslmode']);
  if (problem !== null) return { problem };
  const user = decoded(url.username);
  const password = decoded(url.password);
  const database = decoded(url.pathname.slice(1));
  if (user === null || password === null || database === null || url.hash !== '') return { problem: postgresForm };
  if (url.hostname === '' || user === '' || database === '') return { problem: postgresForm };
  const sslmode = readSslMode(values.get('sslmode'), url.hostname);
  if (sslmode === null) {
    return { problem: 'has an "sslmode" that must be verify-full, verify-ca or, on loopback, disable' };
  }
  const port = url.port === '' ? 5432 : Number(url.port);
  const secret = password === '' ? null : new Secret(password);
  return { value: { kind: 'postgres', host: url.hostname, port, database, user, password: secret, sslmode } };
}

function readSslMode(given: string | undefined, host: string): SslMode | null {
  const wanted = given ?? (isLoopback(host) ? 'disable' : 'verify-full');
  const mode = sslModes.find((candidate) => candidate === wanted) ?? null;
  return mode === 'disable' && !isLoopback(host) ? null : mode;
}

/** Null for what is no text in UTF-8, or not one line. */
function decoded(text: string): string | null {
  try {
    const value = decodeURIComponent(text);
    return /\p{Cc}/u.test(value) ? null : value;
  } catch {
    return null;
  }
}

function readKubernetes(rest: string): AddressReading {
  const [namespace = '', ...query] = rest.split('?');
  const { values, problem } = readQuery(new URLSearchParams(query.join('?')), ['context']);
  if (problem !== null) return { problem };
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) {
    return { problem: 'has a namespace that is not valid: use up to 63 lower-case letters, digits and "-"' };
  }
  return { value: { kind: 'kubernetes', namespace, context: values.get('context') ?? null } };
}

interface Query {
  readonly values: ReadonlyMap<string, string>;
  readonly problem: string | null;
}

function readQuery(params: URLSearchParams, known: readonly string[]): Query {
  const values = new Map(params);
  const isUnknown = [...values.keys()].some((name) => !known.includes(name));
  const empty = [...values].find(([, value]) => value.trim() === '' || /\p{Cc}/u.test(value));
  const what = listOf(known.map((name) => `"${name}"`));
  // Not quoted: it is the rest of a password that has a "?" in it.
  if (isUnknown) return { values, problem: `has something other than ${what} behind "?"` };
  if (empty !== undefined) return { values, problem: `has no "${empty[0]}" behind "?"` };
  return [...params].length > values.size
    ? { values, problem: 'says something twice behind "?"' }
    : { values, problem: null };
}
