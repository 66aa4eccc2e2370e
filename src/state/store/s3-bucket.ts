import type { Context } from '../../context.ts';
import { describeAddress, type StoreAddress } from '../../model/store-address.ts';
import { createPauses } from './conditional.ts';
import type { StoreAnswer } from './s3-answer.ts';
import type { S3Credential } from './s3-credential.ts';
import { sha256, signedHeaders, type SigningKeys } from './s3-signature.ts';
import { StateError } from './store.ts';

/** One request, signed. */
export interface StoreRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes?: Uint8Array;
}

/** A request that got no complete answer. */
export interface StoreSilence {
  readonly status: null;
  /** Reads after "the store", e.g. `refused the connection (ECONNREFUSED)`. */
  readonly what: string;
  readonly hint: string | null;
  /** Whether it is certain that the request never arrived. */
  readonly isUnsent: boolean;
}

export interface BucketOptions extends Pick<Context, 'now' | 'sleep'> {
  readonly address: Extract<StoreAddress, { kind: 's3' }>;
  /** Of the environment, for an address that names none. */
  readonly defaultRegion: string;
  /** Sends one request as it is. Never rejects. */
  readonly exchange: (request: StoreRequest) => Promise<StoreAnswer | StoreSilence>;
  readonly credential: () => Promise<S3Credential>;
}

/** A request for the bucket itself, or for one object in it. */
export interface BucketRequest extends Pick<StoreRequest, 'method' | 'bytes'> {
  /** The object's name behind the prefix; null is the bucket. */
  readonly name: string | null;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Bucket {
  readonly ctx: Pick<Context, 'now' | 'sleep'>;
  readonly name: string;
  /** For people. */
  readonly address: string;
  /** What the names of all objects begin with: empty, or ending in a slash. */
  readonly prefix: string;
  /** Sends once. @throws StateError without a credential */
  readonly send: (request: BucketRequest) => Promise<StoreAnswer | StoreSilence>;
  /** Sends what changes nothing, again where that may help. @throws StateError without an answer */
  readonly read: (request: BucketRequest, cannot: string) => Promise<StoreAnswer>;
}

export function openBucket({ address, defaultRegion, exchange, credential, now, sleep }: BucketOptions): Bucket {
  const region = address.region ?? defaultRegion;
  const prefix = address.prefix === '' ? '' : `${address.prefix}/`;
  const base = baseOf(address, region);
  const keys: SigningKeys = new Map();

  async function send({ method, name, query = {}, headers = {}, bytes }: BucketRequest) {
    const url = new URL(name === null ? base : `${base}/${prefix}${name}`);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const { accessKeyId, secretAccessKey, sessionToken } = await credential();
    const unsigned = {
      method,
      url,
      headers,
      bodyHash: bytes === undefined ? noBody : sha256(bytes),
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      sessionToken: sessionToken?.reveal() ?? null,
      region,
      now: now(),
    };
    return exchange({ method, url, headers: signedHeaders(unsigned, keys), ...(bytes && { bytes }) });
  }

  return {
    name: address.bucket,
    address: describeAddress(address),
    prefix,
    ctx: { now, sleep },
    send,
    read: async (request, cannot) => {
      const nextPause = createPauses({ now });
      for (;;) {
        const answer = await send(request);
        const isTransient = answer.status === null || answer.status >= 500 || answer.status === 429;
        const pause = isTransient ? nextPause() : null;
        if (pause !== null) await sleep(pause);
        else if (answer.status !== null) return answer;
        else throw silenceError({ ...answer, isUnsent: true }, cannot);
      }
    },
  };
}

/** The error for a request without an answer. */
export function silenceError({ what, hint, isUnsent }: StoreSilence, cannot: string): StateError {
  return new StateError(`${cannot}: the store ${what}`, { hint, retryable: true, isUncertain: !isUnsent });
}

/** A bucket with a dot in its name fits no certificate as a host. */
function baseOf({ bucket, endpoint }: BucketOptions['address'], region: string): string {
  if (endpoint !== null) return `${endpoint}/${bucket}`;
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}

const noBody = sha256('');
