import fc from 'fast-check';

import { header } from './headers.ts';
import { hostileJson, hostileText } from './hostile.ts';
import { rawAnswers } from './raw-answers.ts';
import type { Answer, Body, Edit, Reaction, ServerScript } from './scenario.ts';

const statuses = [
  200, 201, 202, 204, 205, 206, 207, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 403, 404, 405, 407,
  408, 409, 410, 413, 418, 422, 425, 429, 431, 451, 499, 500, 501, 502, 503, 504, 520, 522, 524, 599,
] as const;

/** Statuses that no Response can be made of, for real sockets. */
const oddStatuses = [0, 42, 100, 101, 103, 199, 600, 999] as const;

/** Refusals in each provider's own shape, which repeat what they were sent. */
const refusals = [
  '{"error":"invalid_request","error_description":"bad $AUTH $SENT","trace_id":"$TOKEN"}',
  '{"error":"server_error","error_description":"::error::a\\n##[group]b\\u001b[31m"}',
  '{"error":{"code":"Unauthenticated","message":"bad token $TOKEN"}}',
  '{"code":401,"message":"no: $TOKEN","details":"$SENT"}',
  '{"message":"\\u202e$AUTH","details":[{"x":"$SENT"}]}',
  '{"error_description":"' + 'x'.repeat(3000) + '"}',
  '{"error":["$TOKEN"],"error_description":{"a":"$TOKEN"}}',
] as const;

const texts = [
  '',
  ' \n',
  'null',
  '[]',
  '{}',
  'true',
  '0',
  '"x"',
  '{"',
  '[1,2',
  '{"a":1}{"b":2}',
  '\uFEFF[]',
  '<!doctype html><title>$TOKEN</title>',
  '<html>' + 'x'.repeat(2000),
  'Internal error: $AUTH',
  '[{"metadata":{}}]',
  '{"accounts":null}',
  '{"accessRules":[],"totalRecords":1e308}',
  '{"access_token":"","expires_in":-1}',
  '{"access_token":"a b","expires_in":1e400}',
  '{"access_token":"\\u001b[31m","expires_in":"x"}',
  '{"users":[],"pagination":{"has_more":true,"next_cursor":"x"}}',
] as const;

function body(): fc.Arbitrary<Body> {
  return fc.oneof(
    { weight: 24, arbitrary: fc.constantFrom(...texts, ...refusals).map(asText) },
    { weight: 8, arbitrary: hostileJson().map(asText) },
    { weight: 4, arbitrary: hostileText().map(asText) },
    { weight: 32, arbitrary: edits() },
    { weight: 12, arbitrary: fc.constant<Body>({ kind: 'real' }) },
    { weight: 8, arbitrary: cut() },
    { weight: 4, arbitrary: fc.base64String({ maxLength: 40 }).map(asBytes) },
    { weight: 1, arbitrary: fc.constantFrom<Body>(...large) },
    { weight: 3, arbitrary: fc.constantFrom('', '{"a":"', '[').map(asDrip) },
  );
}

const large: readonly Body[] = [
  { kind: 'endless', text: ' ' },
  { kind: 'endless', text: '[' },
  { kind: 'endless', text: '{"a":1},' },
  { kind: 'bomb', mebibytes: 80, layers: 1 },
  { kind: 'bomb', mebibytes: 80, layers: 2 },
  { kind: 'repeated', text: '[', times: 200_000 },
  { kind: 'repeated', text: '{"a":', times: 200_000 },
  { kind: 'repeated', text: '9', times: 200_000 },
  { kind: 'repeated', text: ' ', times: 200_000 },
];

function asText(text: string): Body {
  return { kind: 'text', text };
}

function asBytes(base64: string): Body {
  return { kind: 'bytes', base64 };
}

function asDrip(text: string): Body {
  return { kind: 'drip', text };
}

function cut(): fc.Arbitrary<Body> {
  return fc.record({
    kind: fc.constant('cut' as const),
    share: fc.constantFrom(0, 0.1, 0.5, 0.9, 0.99),
    breaks: fc.boolean(),
  });
}

function edits(): fc.Arbitrary<Body> {
  const edit: fc.Arbitrary<Edit> = fc.record({
    place: fc.nat({ max: 500 }),
    change: fc.constantFrom('replace', 'replace', 'add', 'remove', 'repeat'),
    json: hostileJson(),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((list) => ({ kind: 'edited', edits: list }));
}

function answer(): fc.Arbitrary<Answer> {
  const http = fc.record({
    kind: fc.constant('http' as const),
    status: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 8, arbitrary: fc.constantFrom(...statuses) },
      { weight: 1, arbitrary: fc.constantFrom(...oddStatuses) },
    ),
    headers: fc.array(header(), { maxLength: 3 }),
    body: body(),
  });
  return fc.oneof(
    { weight: 12, arbitrary: http },
    { weight: 1, arbitrary: fc.constant<Answer>({ kind: 'reset' }) },
    { weight: 1, arbitrary: fc.constant<Answer>({ kind: 'silence' }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('raw' as const),
        text: fc.constantFrom(...rawAnswers),
        end: fc.constantFrom('close', 'reset', 'stay'),
      }),
    },
  );
}

function reaction(): fc.Arbitrary<Reaction | null> {
  return fc.oneof(
    { weight: 7, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.record({ commits: fc.boolean(), answer: answer() }) },
  );
}

/** How the services behave. */
export function serverScript(): fc.Arbitrary<ServerScript> {
  return fc.record({
    transport: fc.constantFrom('memory', 'memory', 'memory', 'memory', 'memory', 'wire'),
    controlPlane: fc.constantFrom('2.24', '2.24', '2.23', '2.20', '3.0'),
    names: fc.oneof(fc.constant([]), fc.array(hostileText(), { maxLength: 3 })),
    begins: fc.constantFrom('at once', 'with a change'),
    reactions: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 5, arbitrary: fc.array(reaction(), { minLength: 1, maxLength: 12 }) },
    ),
    goesOn: fc.constantFrom(false, false, false, true),
  });
}
