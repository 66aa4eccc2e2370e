import { createHmac, hash, type Hmac } from 'node:crypto';

import { compareText } from '../../model/text.ts';

/** A request to be signed, and with what. */
export interface Unsigned {
  readonly method: string;
  /** Its path is encoded, as `URL` does it. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body, in hex. */
  readonly bodyHash: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A key serves one day, one region and one secret. */
export type SigningKeys = Map<string, Buffer>;

/** The headers with a signature of version 4 for S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). */
export function signedHeaders(request: Unsigned, keys: SigningKeys): Readonly<Record<string, string>> {
  const { method, url, bodyHash, accessKeyId, sessionToken, region } = request;
  const time = new Date(request.now).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const headers = {
    ...request.headers,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
    ...(sessionToken === null ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const signed: Readonly<Record<string, string>> = { ...headers, host: url.host };
  const names = Object.keys(signed).toSorted();
  const lines = names.map((name) => `${name}:${signed[name]?.trim().replaceAll(/\s+/g, ' ')}\n`).join('');
  const canonical = [method, pathOf(url), queryOf(url), lines, names.join(';'), bodyHash].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signature = hmac(keyFor(request, scope, keys), text).digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** In hex. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

function keyFor({ secretAccessKey }: Unsigned, scope: string, keys: SigningKeys): Buffer {
  const name = `${secretAccessKey}/${scope}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = scope
    .split('/')
    .reduce<string | Buffer>((before, part) => hmac(before, part).digest(), `AWS4${secretAccessKey}`);
  const made = Buffer.from(key);
  keys.clear();
  keys.set(name, made);
  return made;
}

function hmac(key: string | Buffer, text: string): Hmac {
  return createHmac('sha256', key).update(text);
}

/** S3 wants every part encoded once, and more of it than `URL` does. */
function pathOf({ pathname }: URL): string {
  return pathname.replaceAll(/(?:%..|[^\w.~/-])+/g, (run) => encoded(decodeURIComponent(run)));
}

function queryOf(url: URL): string {
  if (url.search === '') return '';
  const pairs = Array.from(url.searchParams, ([name, value]) => [encoded(name), encoded(value)] as const);
  const inOrder = pairs.toSorted((one, other) => compareText(one[0], other[0]) || compareText(one[1], other[1]));
  return inOrder.map(([name, value]) => `${name}=${value}`).join('&');
}

/** All but unreserved characters (RFC 3986). */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.codePointAt(0)?.toString(16).toUpperCase()}`,
  );
}
