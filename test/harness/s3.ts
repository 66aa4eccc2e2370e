import { createHash } from 'node:crypto';

import type { Context } from '../../src/context.ts';

/** What goes wrong with one request on purpose. */
export type S3Fault =
  /** The connection ends before the request is done, or after it. */
  | 'lost-before'
  | 'lost-after'
  /** It is refused as S3 does where another one is under way. */
  | 'conflict'
  /** S3's answers of 500, whose request is done all the same, and of 503, whose is not. */
  | 'error-after'
  | 'slow-down'
  /** It is done after all that was waiting has had its turn. */
  | 'late';

export interface S3ServerOptions {
  readonly bucket?: string;
  /** Milliseconds since the epoch, by its own clock. */
  readonly now?: () => number;
  /** Names on one page of a list. */
  readonly pageSize?: number;
  /** Called for each request, in order. */
  readonly fault?: (request: Request) => S3Fault | null;
  /** Looks at the condition before it waits for its turn to write, so that several that come at once succeed. */
  readonly isBad?: boolean;
  /** Who may ask; the secret is known to the real servers only, which check signatures. */
  readonly accessKeyId?: string;
  readonly sessionToken?: string;
}

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly writtenAt: number;
}

/** The part of S3 that a state store uses, in memory, with buckets in the path. */
export interface S3Server {
  readonly fetch: (request: Request) => Promise<Response>;
  /** By names in the bucket; removed values may be empty objects. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Writes a value by its name in the bucket, as another program would. */
  readonly write: (name: string, text: string) => void;
  /** e.g. `PUT prod/accounts/a if-none-match=*`, in order. */
  readonly requests: readonly string[];
  /** The names of the objects that were to be deleted. */
  readonly deleted: readonly string[];
}

/** `Context.fetch` that reaches this server, whatever the host. */
export function fetchFrom({ fetch }: Pick<S3Server, 'fetch'>): Context['fetch'] {
  return (input, init) => fetch(new Request(input, init));
}

export function createS3Server(options: S3ServerOptions = {}): S3Server {
  const { bucket = 'ops', now = Date.now, pageSize = 1000, fault = () => null, isBad = false } = options;
  const objects = new Map<string, StoredObject>();
  const requests: string[] = [];
  const deleted: string[] = [];

  function refuse(status: number, code: string): Response {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;
    return answer(status, xml, { 'content-type': 'application/xml' });
  }

  function answer(
    status: number,
    body: string | Uint8Array<ArrayBuffer> | null,
    headers: Record<string, string> = {},
  ): Response {
    return new Response(status === 204 ? null : body, {
      status,
      headers: { date: new Date(now()).toUTCString(), ...headers },
    });
  }

  async function serve(request: Request, bytes: Uint8Array): Promise<Response> {
    const problem = accessProblem(options, request, bytes);
    if (problem !== null) return refuse(403, problem);
    const { pathname, searchParams } = new URL(request.url);
    const [, named, ...rest] = pathname.split('/');
    if (named !== bucket) return refuse(404, 'NoSuchBucket');
    const name = decodeURIComponent(rest.join('/'));
    if (name === '' && request.method === 'POST') return deleteAll(request, bytes);
    if (name === '') return list(searchParams);
    if (request.method === 'GET') return read(name);
    const refusal = conditionProblem(request, objects.get(name));
    if (isBad) await new Promise((resolve) => setImmediate(resolve));
    if (refusal !== null) return refuse(refusal === 'NoSuchKey' ? 404 : 412, refusal);
    return answer(200, '', { etag: put(name, bytes) });
  }

  /** Deletes the objects that the document names, each on condition. */
  function deleteAll({ headers }: Request, bytes: Uint8Array): Response {
    const isWhole = headers.get('content-md5') === createHash('md5').update(bytes).digest('base64');
    if (!isWhole) return refuse(400, 'BadDigest');
    const items = Buffer.from(bytes)
      .toString()
      .matchAll(/<Object><Key>([^<]+)<\/Key>(?:<ETag>([^<]+)<\/ETag>)?<\/Object>/g);
    for (const [, name = '', etag] of items) {
      deleted.push(name);
      if (etag === undefined || objects.get(name)?.etag === etag.replaceAll('&quot;', '"')) objects.delete(name);
    }
    return answer(200, '<DeleteResult/>', { 'content-type': 'application/xml' });
  }

  function put(name: string, bytes: Uint8Array): string {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    objects.set(name, { bytes, etag, writtenAt: now() });
    return etag;
  }

  function read(name: string): Response {
    const found = objects.get(name);
    if (found === undefined) return refuse(404, 'NoSuchKey');
    const { etag, writtenAt } = found;
    return answer(200, Uint8Array.from(found.bytes), { etag, 'last-modified': new Date(writtenAt).toUTCString() });
  }

  function list(query: URLSearchParams): Response {
    const prefix = query.get('prefix') ?? '';
    const from = query.get('continuation-token') ?? '';
    const all = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > from).toSorted();
    const page = all.slice(0, pageSize);
    const contents = page.map((name) => {
      const { bytes, etag } = objects.get(name) ?? { bytes: '', etag: '' };
      const tag = `<ETag>${etag.replaceAll('"', '&quot;')}</ETag>`;
      return `<Contents><Key>${encodeURIComponent(name)}</Key>${tag}<Size>${bytes.length}</Size></Contents>`;
    });
    const more = page.length < all.length;
    const next = more ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? '')}</NextContinuationToken>` : '';
    const xml = `<ListBucketResult><IsTruncated>${String(more)}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`;
    return answer(200, xml, { 'content-type': 'application/xml' });
  }

  async function fetch(request: Request): Promise<Response> {
    requests.push(describeRequest(request));
    const wrong = fault(request);
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (wrong === 'lost-before') throw lost();
    if (wrong === 'conflict') return refuse(409, 'ConditionalRequestConflict');
    if (wrong === 'slow-down') return refuse(503, 'SlowDown');
    if (wrong === 'late') await new Promise((resolve) => setTimeout(resolve, 20));
    const done = await serve(request, bytes);
    if (wrong === 'lost-after') throw lost();
    return wrong === 'error-after' ? refuse(500, 'InternalError') : done;
  }

  return { fetch, objects, requests, deleted, write: (name, text) => void put(name, Buffer.from(text)) };
}

function lost(): Error {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
  return new TypeError('fetch failed', { cause });
}

function accessProblem(
  { accessKeyId = 'AKIDTEST', sessionToken }: S3ServerOptions,
  { headers }: Request,
  bytes: Uint8Array,
): string | null {
  const signed =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[^/]+\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=[0-9a-f]{64}$/;
  const [, id, names = ''] = signed.exec(headers.get('authorization') ?? '') ?? [];
  if (id !== accessKeyId) return 'InvalidAccessKeyId';
  if ((headers.get('x-amz-security-token') ?? undefined) !== sessionToken) return 'InvalidToken';
  const needed = ['host', 'x-amz-content-sha256', 'x-amz-date', 'if-match', 'if-none-match', 'x-amz-security-token'];
  const covered = names.split(';');
  if (needed.some((name) => (name === 'host' || headers.has(name)) && !covered.includes(name))) return 'AccessDenied';
  const hash = createHash('sha256').update(bytes).digest('hex');
  return headers.get('x-amz-content-sha256') === hash ? null : 'XAmzContentSHA256Mismatch';
}

function conditionProblem({ headers }: Request, found: StoredObject | undefined): string | null {
  const wanted = headers.get('if-match');
  if (headers.get('if-none-match') === '*' && found !== undefined) return 'PreconditionFailed';
  if (wanted === null) return null;
  if (found === undefined) return 'NoSuchKey';
  return found.etag === wanted ? null : 'PreconditionFailed';
}

function describeRequest({ method, url, headers }: Request): string {
  const { pathname, searchParams } = new URL(url);
  const name = pathname.split('/').slice(2).join('/');
  const conditions = ['if-match', 'if-none-match'].filter((header) => headers.has(header));
  const said = conditions.map((header) => ` ${header}=${String(headers.get(header))}`).join('');
  if (searchParams.has('delete')) return `${method} delete`;
  return `${method} ${name === '' ? `list ${searchParams.get('prefix') ?? ''}` : name}${said}`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
