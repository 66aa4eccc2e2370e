import { createHash } from 'node:crypto';

import { asText, fieldsOf } from '../../model/account.ts';
import { describeAddress } from '../../model/store-address.ts';
import { createPauses, isSame, writeConditionally, type Attempted } from './conditional.ts';
import { apiError, createApi, type ApiAnswer, type ApiRequest, type KubernetesOptions } from './kubernetes-api.ts';
import { StateError, type StateStore } from './store.ts';

/**
 * A store in a namespace, a Secret for each key, by the user's own kubectl and the `resourceVersion` of the API server
 * (docs/decisions/state-store.md). It tells no time: kubectl does not show the server's.
 */
export function openKubernetesStore(options: KubernetesOptions): StateStore {
  const { namespace } = options.address;
  const place: Place = {
    name: describeAddress(options.address),
    namespace,
    secrets: `/api/v1/namespaces/${namespace}/secrets`,
    send: createApi(options),
    ctx: options,
  };
  return {
    address: place.name,
    get: async (key) => {
      const found = await readKey(place, key);
      return found === null ? null : { ...found, age: () => Promise.resolve(null) };
    },
    create: (key, bytes) => write(place, key, { bytes, revision: null }),
    replace: (key, bytes, revision) => write(place, key, { bytes, revision }),
    remove: (key, revision) => remove(place, key, revision),
    list: (prefix) => listKeys(place, prefix),
    init: async () => {
      const body = secretOf('check/trial', { bytes: Buffer.from('sactl state init'), revision: null });
      const answer = await place.send({ verb: 'create', path: `${place.secrets}?dryRun=All`, body });
      if (answer.kind !== 'done') throw apiError(answer, `cannot use the namespace ${namespace}`, namespace);
      return `the namespace ${namespace} is there, and Secrets can be made in it`;
    },
    close: () => Promise.resolve(),
  };
}

/** A namespace, and how it is asked. */
interface Place {
  readonly ctx: Pick<KubernetesOptions, 'now' | 'sleep'>;
  /** For people. */
  readonly name: string;
  readonly namespace: string;
  /** The path of its Secrets. */
  readonly secrets: string;
  readonly send: (request: ApiRequest) => Promise<ApiAnswer>;
}

interface Wanted {
  readonly bytes: Uint8Array;
  /** Of the value before; null where there is to be none. */
  readonly revision: string | null;
}

/** Null where there is nothing at this path. */
async function read({ name, namespace, send, ctx }: Place, path: string): Promise<unknown> {
  const answer = await repeated(ctx, () => send({ verb: 'get', path }));
  if (answer.kind === 'done') return answer.value;
  if (answer.kind === 'refused' && answer.reason === 'NotFound') return null;
  const { message, hint, retryable } = apiError(answer, `cannot read the state in ${name}`, namespace);
  throw new StateError(message, { hint, retryable });
}

async function readKey(place: Place, key: string): Promise<StoredSecret | null> {
  const found = await read(place, `${place.secrets}/${nameOf(key)}`);
  return found === null ? null : readSecret(found, place.name);
}

function write(place: Place, key: string, wanted: Wanted): Promise<string | null> {
  const { secrets, send, ctx } = place;
  const isNew = wanted.revision === null;
  const body = secretOf(key, wanted);
  const common = { body, secret: body.data.value };
  const request: ApiRequest = isNew
    ? { verb: 'create', path: secrets, ...common }
    : { verb: 'replace', path: `${secrets}/${nameOf(key)}`, ...common };
  return writeConditionally({
    ctx,
    attempt: async () => attempted(await send(request), { ...place, isNew }),
    look: async () => {
      const found = await readKey(place, key);
      return found !== null && isSame(found.bytes, wanted.bytes) ? found.revision : null;
    },
  });
}

async function remove({ name, namespace, secrets, send }: Place, key: string, revision: string): Promise<boolean> {
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { resourceVersion: revision } };
  const answer = await send({ verb: 'delete', path: `${secrets}/${nameOf(key)}`, body });
  if (answer.kind === 'done') return true;
  if (answer.kind === 'refused' && ['Conflict', 'NotFound'].includes(answer.reason)) return false;
  throw apiError(answer, `cannot write the state in ${name}`, namespace);
}

async function listKeys(place: Place, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page = readPage(await read(place, `${place.secrets}?${pageQuery(prefix, next)}`));
    keys.push(...page.keys);
    next = page.next;
  }
  return keys.filter((key) => key.startsWith(prefix)).toSorted();
}

/** Asks again, where that may help, for what changes nothing. */
async function repeated(ctx: Place['ctx'], ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  const nextPause = createPauses(ctx);
  for (;;) {
    const answer = await ask();
    const pause = answer.kind !== 'done' && apiError(answer, '', '').retryable ? nextPause() : null;
    if (pause === null) return answer;
    await ctx.sleep(pause);
  }
}

interface Attempt extends Pick<Place, 'name' | 'namespace'> {
  /** Whether there is to be no value before. */
  readonly isNew: boolean;
}

function attempted(answer: ApiAnswer, { name, namespace, isNew }: Attempt): Attempted {
  const cannot = `cannot write the state in ${name}`;
  if (answer.kind === 'done') {
    const revision = asText(fieldsOf(fieldsOf(answer.value)['metadata'])['resourceVersion']);
    if (revision !== null) return { kind: 'written', revision };
    const error = new StateError(`${cannot}: the API server names no resourceVersion`, { isUncertain: true });
    return { kind: 'failed', error, isRepeatable: false };
  }
  const refusals = isNew ? ['AlreadyExists'] : ['Conflict', 'NotFound'];
  if (answer.kind === 'refused' && refusals.includes(answer.reason)) return { kind: 'refused' };
  const error = apiError(answer, cannot, namespace);
  return { kind: 'failed', error, isRepeatable: error.retryable };
}

/** Any key as a name that Kubernetes takes. */
function nameOf(key: string): string {
  return `sactl-${createHash('sha256').update(key).digest('hex')}`;
}

const keyAnnotation = 'sactl/key';

/** Of all Secrets of a store, so that others in the namespace are not listed. */
const labels = { 'app.kubernetes.io/managed-by': 'sactl' };

/** The first part of a key as a label, so that a list reads no more than it has to. */
function folderLabel(key: string): Readonly<Record<string, string>> {
  const folder = /^([a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?)\//.exec(key)?.[1];
  return folder === undefined ? {} : { 'sactl/folder': folder };
}

function secretOf(key: string, { bytes, revision }: Wanted) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: nameOf(key),
      labels: { ...labels, ...folderLabel(key) },
      annotations: { [keyAnnotation]: key },
      ...(revision !== null && { resourceVersion: revision }),
    },
    data: { value: Buffer.from(bytes).toString('base64') },
  };
}

interface StoredSecret {
  readonly bytes: Uint8Array;
  readonly revision: string;
}

function readSecret(value: unknown, name: string): StoredSecret {
  const { data, metadata } = fieldsOf(value);
  const revision = asText(fieldsOf(metadata)['resourceVersion']);
  const text = asText(fieldsOf(data)['value']);
  if (revision !== null && text !== null) return { bytes: Buffer.from(text, 'base64'), revision };
  throw new StateError(`cannot read the state in ${name}: the API server answered with no Secret of ours`);
}

const pageSize = 50;

function pageQuery(prefix: string, next: string): string {
  const selector = Object.entries({ ...labels, ...folderLabel(prefix) }).map(([key, value]) => `${key}=${value}`);
  const query = new URLSearchParams({ labelSelector: selector.join(','), limit: String(pageSize) });
  if (next !== '') query.set('continue', next);
  return query.toString();
}

function readPage(value: unknown): { readonly keys: readonly string[]; readonly next: string | null } {
  const { items, metadata } = fieldsOf(value);
  const list: readonly unknown[] = Array.isArray(items) ? items : [];
  const keys = list.map((item) => asText(fieldsOf(fieldsOf(fieldsOf(item)['metadata'])['annotations'])[keyAnnotation]));
  // The last page has an empty one, or none.
  const next = asText(fieldsOf(metadata)['continue']);
  return { keys: keys.filter((key) => key !== null), next: next || null };
}
