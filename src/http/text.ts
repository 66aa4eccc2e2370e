import { safeText } from '../model/text.ts';
import type { AnswerHeaders } from './request.ts';

/** An error's message, e.g. `cannot list service accounts: nscale answered 503`. */
export function cannot(purpose: string, what: string): string {
  return safeText(`cannot ${purpose}: ${what}`, 1000);
}

const headerNames = ['x-trace-id', 'x-request-id', 'x-correlation-id'];

/** The id under which the provider can find the exchange, from the answer's headers; null without one. */
export function traceIdOf(headers: AnswerHeaders): string | null {
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.get('traceparent') ?? '')?.[1];
  const ids = [parent, ...headerNames.map((name) => headers.get(name))];
  return ids.map((id) => readTraceId(id ?? null)).find((id) => id !== null) ?? null;
}

/** A trace id that may be shown; null for one of zeros only: tracing is off then (docs/contracts/nscale.md 5). */
export function readTraceId(id: string | null): string | null {
  return id !== null && /^[\w.:/-]{1,128}$/.test(id) && !/^[0-]+$/.test(id) ? id : null;
}

/** The credential in an Authorization header, e.g. `abc` in `Bearer abc`; empty without one. */
function credentialIn(authorization: string | null): string {
  return authorization?.slice(authorization.indexOf(' ') + 1) ?? '';
}

/** A provider's text without the credential that was sent to it: providers have been seen to repeat it. */
export function withoutCredential(text: string, authorization: string | null): string {
  const credential = credentialIn(authorization);
  return credential === '' ? text : text.replaceAll(credential, '[secret]');
}

const uuid = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;

/**
 * Whether a text is a sentence in which no word can be a credential: three words or more, none of them with two dots
 * inside, or with 20 characters or more of letters and digits. UUIDs are names.
 */
export function isPlainSentence(text: string): boolean {
  const words = text.replaceAll(uuid, 'id').split(/\s+/);
  return words.length > 2 && !words.some(mayBeCredential);
}

function mayBeCredential(word: string): boolean {
  if (/[^.]\.[^.]+\.[^.]/.test(word)) return true;
  const runs = word.match(/[\w+/=~-]{20,}/g) ?? [];
  return runs.some((run) => /\d/.test(run) && /[A-Za-z]/.test(run));
}

/** Headers without those that repeat the credential: trace ids and the targets of redirects are shown. */
export function withoutEchoes(
  headers: Iterable<readonly [name: string, value: string]>,
  authorization: string | null,
): AnswerHeaders {
  const credential = credentialIn(authorization);
  const shown = new Map(headers);
  if (credential === '') return shown;
  for (const [name, value] of shown) if (value.includes(credential)) shown.delete(name);
  return shown;
}

/** Of a value in JSON. */
type Path = readonly PropertyKey[];

const mostPlaces = 5;

/** Where a value does not fit, e.g. `[3].metadata.id and 2 more places`. */
export function placesOf(paths: readonly Path[]): string {
  const places = Array.from(new Set(paths.map(placeOf)));
  const shown = places.slice(0, mostPlaces).join(', ');
  const left = places.length - mostPlaces;
  return left > 0 ? `${shown} and ${left} more places` : shown;
}

/** e.g. `items[3].metadata.id`. A key that does not look like a name may be data, and shows as `*`. */
export function placeOf(path: Path): string {
  const place = path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return typeof key === 'string' && /^[A-Za-z_][\w-]{0,39}$/.test(key) ? `.${key}` : '.*';
    })
    .join('')
    .replace(/^\./, '');
  return place === '' ? 'its top' : place;
}
