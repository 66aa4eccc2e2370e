import type { Context, Environment } from '../../context.ts';
import type { Secret } from '../../model/credential.ts';
import type { StoreAddress } from '../../model/store-address.ts';
import { checkedStore } from './key.ts';
import type { PostgresStoreOptions } from './postgres.ts';
import type { BucketOptions } from './s3-bucket.ts';
import type { StateStore } from './store.ts';

/** What stores need, each its own part. */
export interface StoreOptions extends Pick<
  Context,
  'cwd' | 'homeDirectory' | 'platform' | 'userId' | 'sleep' | 'uuid' | 'now' | 'timeout'
> {
  /** Of the store that is a folder of this machine. */
  readonly directory: string;
  /** Without what no store may see. */
  readonly env: Environment;
  /** What the store's own `credential` names; null without one. */
  readonly credential: (() => Promise<Secret>) | null;
  readonly exchange: BucketOptions['exchange'];
  readonly trust: PostgresStoreOptions['trust'];
}

/** Opens the store at an address; only what that one needs is loaded, and nothing is asked yet. */
export async function openStore(address: StoreAddress, options: StoreOptions): Promise<StateStore> {
  return checkedStore(await load(address, options));
}

async function load(address: StoreAddress, options: StoreOptions): Promise<StateStore> {
  const { env } = options;
  if (address.kind === 's3') {
    const [{ openS3Store }, { s3Credentials }] = await Promise.all([import('./s3.ts'), import('./s3-credential.ts')]);
    const credential = s3Credentials({ env, document: options.credential, now: options.now });
    const defaultRegion = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1';
    return openS3Store({ ...options, address, credential, defaultRegion });
  }
  if (address.kind === 'postgres') {
    const { openPostgresStore } = await import('./postgres.ts');
    return openPostgresStore({ ...options, address });
  }
  if (address.kind === 'kubernetes') {
    const { openKubernetesStore } = await import('./kubernetes.ts');
    return openKubernetesStore({ ...options, address });
  }
  const { openFileStore } = await import('./file.ts');
  return openFileStore(address.kind === 'folder' ? { ...options, directory: address.path, isShared: true } : options);
}
