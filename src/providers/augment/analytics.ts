import type { HttpClient, HttpRequest } from '../../http/client.ts';
import { readJson, type Schema } from '../../http/json.ts';
import type { Limiter } from './limiter.ts';

/** The Analytics API with the token of a service account: all that Augment documents for programs. */
export interface Analytics {
  readonly http: HttpClient;
  /** Origin without trailing slash. */
  readonly endpoint: string;
  readonly limiter: Limiter;
}

export interface AnalyticsQuestion<Wire> {
  /** Below `/analytics/v0`, with its query. */
  readonly path: string;
  /** As it reads after "cannot". */
  readonly purpose: string;
  readonly schema: Schema<Wire>;
}

/** Asks within the rate limit. @throws HttpError */
export async function ask<Wire>(
  { http, endpoint, limiter }: Analytics,
  { path, purpose, schema }: AnalyticsQuestion<Wire>,
): Promise<Wire> {
  const url = `${endpoint}/analytics/v0${path}`;
  const request: HttpRequest = { method: 'GET', url, purpose };
  await limiter.wait();
  return readJson(await http.send(request), schema, { provider: 'augment', request });
}
