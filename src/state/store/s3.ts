import type { StoreAddress } from '../../model/store-address.ts';
import { isSame, writeConditionally, type Attempted } from './conditional.ts';
import { isKey } from './key.ts';
import { ageOf, answerError, errorCodeOf, readListPage, type EmptyObject, type StoreAnswer } from './s3-answer.ts';
import { openBucket, silenceError, type Bucket, type BucketOptions, type StoreSilence } from './s3-bucket.ts';
import { mostSwept, sweep, sweepable } from './s3-sweep.ts';
import { StateError, type StateStore } from './store.ts';

export interface S3StoreOptions extends BucketOptions {
  readonly address: Extract<StoreAddress, { kind: 's3' }>;
}

const none = new Uint8Array();

/**
 * A store in a bucket, by conditional writes (docs/decisions/state-store.md). A removed value is an empty object. They are
 * deleted many at a time: when the store is closed and, where nobody closed it, by a later run that removes a value, too.
 */
export function openS3Store(options: S3StoreOptions): StateStore {
  const bucket = openBucket(options);
  const { address, prefix } = bucket;
  const removed: EmptyObject[] = [];
  /** What earlier runs have left, as the last list shows it. */
  let left: readonly EmptyObject[] = [];
  return {
    address,
    get: async (key) => {
      const found = await readObject(bucket, key);
      if (found === null || found.bytes.length === 0) return null;
      return { bytes: found.bytes, revision: found.revision, age: () => Promise.resolve(found.age) };
    },
    create: (key, bytes) => create(bucket, key, bytes),
    replace: (key, bytes, revision) => write(bucket, key, { bytes, condition: { 'if-match': revision } }),
    remove: async (key, revision) => {
      const etag = await write(bucket, key, { bytes: none, condition: { 'if-match': revision } });
      if (etag === null) return false;
      removed.push({ name: `${prefix}${key}`, etag });
      // Nobody has to wait for that.
      if (removed.length >= mostSwept) void sweep(bucket, removed.splice(0));
      void sweep(bucket, left);
      left = [];
      return true;
    },
    list: async (start) => {
      const found: FoundNames = { names: [], empty: [] };
      for (let next: string | null = ''; next !== null;) next = await readPage(bucket, { start, from: next, found });
      left = sweepable(found.empty).slice(0, mostSwept);
      return found.names
        .map((name) => name.slice(prefix.length))
        .filter(isKey)
        .toSorted();
    },
    init: async () => {
      await readPage(bucket, { start: '', from: '', found: { names: [], empty: [] } });
      return `the bucket ${options.address.bucket} is there`;
    },
    close: () => sweep(bucket, removed.splice(0)),
  };
}

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly revision: string;
  readonly age: number | null;
}

async function readObject(bucket: Bucket, key: string): Promise<StoredObject | null> {
  const cannot = `cannot read the state in ${bucket.address}`;
  const answer = await bucket.read({ method: 'GET', name: key }, cannot);
  if (answer.status === 404 && errorCodeOf(answer) === 'NoSuchKey') return null;
  const revision = answer.headers.get('etag') ?? '';
  if (answer.status !== 200) throw answerError(answer, cannot, bucket.name);
  if (revision === '') throw new StateError(`${cannot}: the store answered without an ETag`);
  return { bytes: answer.bytes, revision, age: ageOf(answer) };
}

/** How often a value may be made and removed by others before a creation is given up. */
const mostTries = 10;

async function create(bucket: Bucket, key: string, bytes: Uint8Array): Promise<string | null> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const created = await write(bucket, key, { bytes, condition: { 'if-none-match': '*' } });
    if (created !== null) return created;
    const found = await readObject(bucket, key);
    if (found !== null && found.bytes.length > 0) return null;
    const empty = found?.revision;
    const again = empty === undefined ? null : await write(bucket, key, { bytes, condition: { 'if-match': empty } });
    if (again !== null) return again;
  }
  throw new StateError(`cannot write the state in ${bucket.address}: others keep changing it`, { retryable: true });
}

interface Wanted {
  readonly bytes: Uint8Array;
  readonly condition: Readonly<Record<string, string>>;
}

function write(bucket: Bucket, key: string, { bytes, condition }: Wanted): Promise<string | null> {
  return writeConditionally({
    attempt: async () => {
      const answer = await bucket.send({ method: 'PUT', name: key, headers: condition, bytes });
      return attempted(bucket, answer);
    },
    look: async () => {
      // An empty object may be anybody's.
      const found = bytes.length === 0 ? null : await readObject(bucket, key);
      return found !== null && isSame(found.bytes, bytes) ? found.revision : null;
    },
    ctx: bucket.ctx,
  });
}

function attempted(bucket: Bucket, answer: StoreAnswer | StoreSilence): Attempted {
  const cannot = `cannot write the state in ${bucket.address}`;
  if (answer.status === null) return { kind: 'failed', error: silenceError(answer, cannot), isRepeatable: true };
  const { status } = answer;
  const revision = answer.headers.get('etag') ?? '';
  if (status === 200 && revision !== '') return { kind: 'written', revision };
  if (status === 200) {
    const error = new StateError(`${cannot}: the store answered without an ETag`, { isUncertain: true });
    return { kind: 'failed', error, isRepeatable: false };
  }
  const isGone = status === 404 && errorCodeOf(answer) === 'NoSuchKey';
  if (status === 412 || isGone) return { kind: 'refused' };
  const error = answerError(answer, cannot, bucket.name);
  return { kind: 'failed', error, isRepeatable: error.retryable };
}

interface PageRequest {
  readonly start: string;
  /** Empty is the first page. */
  readonly from: string;
  readonly found: FoundNames;
}

/** Takes what the pages of a list have. */
interface FoundNames {
  readonly names: string[];
  readonly empty: EmptyObject[];
}

/** Reads one page. @returns what the next one is asked for with */
async function readPage(bucket: Bucket, { start, from, found }: PageRequest): Promise<string | null> {
  const cannot = `cannot list the state in ${bucket.address}`;
  const query = {
    'list-type': '2',
    'encoding-type': 'url',
    prefix: `${bucket.prefix}${start}`,
    ...(from === '' ? {} : { 'continuation-token': from }),
  };
  const answer = await bucket.read({ method: 'GET', name: null, query }, cannot);
  if (answer.status !== 200) throw answerError(answer, cannot, bucket.name);
  try {
    const page = readListPage(answer);
    if (page.next === from) throw new Error('the list does not end');
    found.names.push(...page.names);
    found.empty.push(...page.empty);
    return page.next;
  } catch (cause) {
    throw new StateError(`${cannot}: the store answered with something that is not a list of objects`, { cause });
  }
}
