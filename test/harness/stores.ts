import type { StateSettings } from '../../src/config/state.ts';
import type { Context } from '../../src/context.ts';
import { readStoreAddress } from '../../src/model/store-address.ts';
import { openStateStore } from '../../src/session/state-store.ts';
import type { StateStore } from '../../src/state/store/store.ts';
import { ops } from './age.ts';
import { freshStateDirectory } from './state.ts';

/** The address of the S3 server of test/harness/s3.ts. */
export const s3Address = 's3://ops/prod?endpoint=http://127.0.0.1:9';

/** What opens it, in the environment. */
export const s3Environment = { AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 's3-s3cret-0123456789' };

/** An age recipient. */
export const { recipient } = ops;

/** The store at an address, as commands open it. */
export function openStoreAt(ctx: Context, address: string): Promise<StateStore> {
  const reading = readStoreAddress(address);
  if ('problem' in reading) throw new Error(`${address} ${reading.problem}`);
  const source = { kind: 'default', name: 'default' } as const;
  const settings: StateSettings = {
    store: { value: reading.value, source },
    credential: { value: null, source },
    recipients: { value: [recipient], source },
    identity: { value: null, source },
    leaseMs: { value: 120_000, source },
    capsule: { value: true, source },
  };
  return openStateStore(ctx, { input: false, color: false }, { settings, stateDirectory: freshStateDirectory() });
}
