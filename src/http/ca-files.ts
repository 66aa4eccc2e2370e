import { resolve } from 'node:path';

import type { Environment } from '../context.ts';
import type { CaFile } from './certificates.ts';

/** Where CA files can be named. */
export interface CaPlace {
  readonly env: Environment;
  /** What relative paths in the environment are relative to. */
  readonly cwd: string;
  /** The one that a flag or profile names. */
  readonly caFile: CaFile | null;
}

const extra = 'NODE_EXTRA_CA_CERTS';

/** Every CA file that the settings name for an endpoint; those of the environment are for https only. */
export function namedCaFiles({ env, cwd, caFile }: CaPlace, endpoint: URL): readonly CaFile[] {
  const isHttps = endpoint.protocol === 'https:';
  return [
    ...(caFile === null ? [] : [caFile]),
    ...(isHttps ? fileOf(env, cwd, 'SSL_CERT_FILE') : []),
    ...(isHttps ? fileOf(env, cwd, extra) : []),
  ];
}

/** Those among them that we have to read: what stands alone in `NODE_EXTRA_CA_CERTS` Node trusts by itself. */
export function ownCaFiles(place: CaPlace, endpoint: URL): readonly CaFile[] {
  const named = namedCaFiles(place, endpoint);
  return named.every(({ source }) => source === extra) ? [] : named;
}

function fileOf(env: Environment, cwd: string, name: string): CaFile[] {
  const path = env[name] ?? '';
  return path === '' ? [] : [{ path: resolve(cwd, path), source: name }];
}
