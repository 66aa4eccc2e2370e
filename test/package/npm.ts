import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const root = resolve(import.meta.dirname, '../..');

/** What npm says of a package that it has made. */
export interface Packed {
  readonly path: string;
  readonly files: readonly string[];
  readonly bytes: number;
  readonly unpackedBytes: number;
  readonly integrity: string;
}

interface Listing {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

/** What somebody has who has never used npm, and no network: a home and a cache of its own in `home`. */
function newcomer(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    USERPROFILE: home,
    npm_config_cache: join(home, 'npm-cache'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
}

interface Place {
  readonly cwd: string;
  readonly home: string;
}

/** Runs npm as somebody who has never used it, and has no network. */
export async function npm(argv: readonly string[], { cwd, home }: Place): Promise<string> {
  const cli = process.env['npm_execpath'];
  const [program, ...first] = cli === undefined ? ['npm'] : [process.execPath, cli];
  const options = { cwd, env: newcomer(home) };
  const { stdout } = await promisify(execFile)(program, [...first, ...argv], options);
  return stdout;
}

/** Packs what was built in `cwd` as the release does. */
export async function pack({ cwd, home }: Place): Promise<Packed> {
  const destination = join(home, 'packed');
  await mkdir(destination, { recursive: true });
  const argv = ['scripts/pack.js', destination];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd, env: newcomer(home) });
  const [listing] = JSON.parse(stdout) as [Listing];
  return {
    path: join(destination, listing.filename),
    files: listing.files.map(({ path }) => path),
    bytes: listing.size,
    unpackedBytes: listing.unpackedSize,
    integrity: listing.integrity,
  };
}
