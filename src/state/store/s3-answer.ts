import { StateError } from './store.ts';

/** A complete answer. Names of headers are in lower case. */
export interface StoreAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

/** The code in an error's XML, e.g. `NoSuchKey`; empty without one. */
export function errorCodeOf({ bytes }: StoreAnswer): string {
  return /<Code>([A-Za-z0-9.]{1,100})<\/Code>/.exec(Buffer.from(bytes.subarray(0, 4096)).toString())?.[1] ?? '';
}

/** An object that stands for a value that was removed. */
export interface EmptyObject {
  /** In the bucket. */
  readonly name: string;
  /** Null where the server does not say. */
  readonly etag: string | null;
}

/** A page of a list. */
export interface ListPage {
  /** Of objects that are not empty. */
  readonly names: readonly string[];
  readonly empty: readonly EmptyObject[];
  /** What the next page is asked for with; null on the last one. */
  readonly next: string | null;
}

/** Reads the answer to `list-type=2` with `encoding-type=url`. @throws Error where it is none */
export function readListPage({ bytes }: StoreAnswer): ListPage {
  const text = Buffer.from(bytes).toString();
  const [head = '', ...contents] = text.split('<Contents>');
  if (!head.includes('<ListBucketResult')) throw new Error('the answer is no list');
  const objects = contents.map((part) => part.split('</Contents>')[0] ?? '');
  const [full, none] = [objects.filter((part) => !isEmpty(part)), objects.filter(isEmpty)];
  const found = {
    names: full.map(nameIn),
    empty: none.map((part) => ({ name: nameIn(part), etag: unescapeXml(elementOf(part, 'ETag') ?? '') || null })),
  };
  // What belongs to the whole list may stand before its objects or behind them.
  const whole = `${head}${contents.at(-1)?.split('</Contents>').slice(1).join('') ?? ''}`;
  if (elementOf(whole, 'IsTruncated') !== 'true') return { ...found, next: null };
  const next = elementOf(whole, 'NextContinuationToken');
  if (next === null) throw new Error('the list does not say how it goes on');
  return { ...found, next: unescapeXml(next) };
}

function isEmpty(part: string): boolean {
  return elementOf(part, 'Size') === '0';
}

function nameIn(part: string): string {
  const key = elementOf(part, 'Key');
  if (key === null) throw new Error('the list has an object without a name');
  return decodeURIComponent(unescapeXml(key).replaceAll('+', ' '));
}

/** The text of the first element of this name, which has no others in it. */
function elementOf(text: string, name: string): string | null {
  const start = text.indexOf(`<${name}>`);
  const end = text.indexOf(`</${name}>`, start);
  return start === -1 || end === -1 ? null : text.slice(start + name.length + 2, end);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
    (whole: string, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '';
    },
  );
}

/** How old a value is by the clock of the server that sends it; null where that does not say. */
export function ageOf({ headers }: StoreAnswer): number | null {
  const [now, written] = ['date', 'last-modified'].map((name) => Date.parse(headers.get(name) ?? ''));
  const age = (now ?? Number.NaN) - (written ?? Number.NaN);
  return Number.isNaN(age) ? null : Math.max(0, age);
}

interface Refusal {
  readonly hint: string;
  readonly retryable?: boolean;
}

/** What helps against the refusals that users meet, by the code that S3 gives them. */
function refusalOf(code: string, bucket: string): Refusal | undefined {
  const credential =
    'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or "credential" beside the store';
  const refusals: Readonly<Record<string, Refusal>> = {
    NoSuchBucket: { hint: `make the bucket ${bucket}, or name another one; no command makes it` },
    AccessDenied: {
      hint: `the credential needs s3:ListBucket on ${bucket}, and s3:GetObject, s3:PutObject and s3:DeleteObject in it`,
    },
    InvalidAccessKeyId: { hint: credential },
    SignatureDoesNotMatch: { hint: credential },
    ExpiredToken: { hint: credential },
    InvalidToken: { hint: credential },
    RequestTimeTooSkewed: { hint: "set this machine's clock" },
    NotImplemented: { hint: 'this server does not support conditional writes: use another store', retryable: false },
    SlowDown: { hint: 'run it again later', retryable: true },
  };
  return refusals[code];
}

/** The error for an answer that is no success; `cannot` is e.g. `cannot write the state in s3://ops`. */
export function answerError(answer: StoreAnswer, cannot: string, bucket: string): StateError {
  const { status } = answer;
  const code = errorCodeOf(answer);
  const region = otherRegion(answer);
  const refusal = region === null ? refusalOf(code, bucket) : { hint: `the bucket is elsewhere: ?region=${region}` };
  return new StateError(`${cannot}: the store answered ${status}${code === '' ? '' : ` (${code})`}`, {
    hint: refusal?.hint ?? null,
    retryable: refusal?.retryable ?? (status >= 500 || [408, 409, 429].includes(status)),
    isUncertain: leavesOpen(status, code),
  });
}

/** The region that the bucket is in, where that is why it was refused. */
function otherRegion({ status, headers }: StoreAnswer): string | null {
  const region = headers.get('x-amz-bucket-region') ?? '';
  return [301, 307, 400].includes(status) && /^[a-z0-9-]{1,40}$/.test(region) ? region : null;
}

/** Whether it may have been done. S3's own 503 says that it was not; that of a gateway does not know. */
function leavesOpen(status: number, code: string): boolean {
  if (status === 503) return code === '';
  return status === 408 || (status >= 500 && status !== 501);
}
