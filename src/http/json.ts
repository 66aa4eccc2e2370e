import { readContent } from './bounds.ts';
import { HttpError, type BodyKind } from './error.ts';
import type { HttpAnswer, HttpRequest } from './request.ts';
import { cannot, traceIdOf } from './text.ts';

/** The part of a zod schema that is needed here. */
export interface Schema<Output> {
  readonly safeParse: (value: unknown) => SchemaResult<Output>;
}

type SchemaResult<Output> =
  | { readonly success: true; readonly data: Output }
  | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };

export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
}

export interface ReadOptions {
  /** The provider's name, e.g. `nscale`. */
  readonly provider: string;
  /** What was answered. */
  readonly request: HttpRequest;
}

const unusable: Readonly<Record<Exclude<BodyKind, 'json'>, string>> = {
  html: 'an HTML page (a proxy or gateway, not the API)',
  empty: 'an empty body',
  excessive: 'JSON that is nested too deeply or has too many values',
  other: 'a body that is not valid JSON',
};

/**
 * The body of a 2xx answer as `schema` reads it.
 *
 * @throws HttpError (`bad_answer`, arrival `unknown`: the request was done, or some gateway says so) that names the
 *   places where the body does not fit, and never quotes the body
 */
export function readJson<Output>(answer: HttpAnswer, schema: Schema<Output>, options: ReadOptions): Output {
  const content = readContent(answer);
  if (content.kind !== 'json') throw badAnswer(answer, options, content.kind);
  const result = schema.safeParse(content.value);
  if (!result.success) throw badAnswer(answer, options, result.error.issues);
  return result.data;
}

/** No `cause`: the errors of parser and schema may quote the body. */
function badAnswer(
  { status, headers }: HttpAnswer,
  { provider, request }: ReadOptions,
  found: Exclude<BodyKind, 'json'> | readonly SchemaIssue[],
): HttpError {
  const isKind = typeof found === 'string';
  const what = isKind ? unusable[found] : `JSON that does not fit at ${placesOf(found)}`;
  const endpoint = `${request.method} ${new URL(request.url).pathname}`;
  const said = `${provider} answered ${endpoint} with ${String(status)} and ${what}`;
  return new HttpError('bad_answer', cannot(request.purpose, said), {
    arrival: 'unknown',
    body: isKind ? found : 'json',
    provider,
    status,
    traceId: traceIdOf(headers),
  });
}

const mostPlaces = 5;

function placesOf(issues: readonly SchemaIssue[]): string {
  const places = Array.from(new Set(issues.map(({ path }) => placeOf(path))));
  const shown = places.slice(0, mostPlaces).join(', ');
  const left = places.length - mostPlaces;
  return left > 0 ? `${shown} and ${String(left)} more places` : shown;
}

/** `items[3].metadata.id`. A key that does not look like a name may be data, and shows as `*`. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((key) => {
      if (typeof key === 'number') return `[${String(key)}]`;
      return typeof key === 'string' && /^[A-Za-z_][\w-]{0,39}$/.test(key) ? `.${key}` : '.*';
    })
    .join('')
    .replace(/^\./, '');
  return place === '' ? 'its top' : place;
}
