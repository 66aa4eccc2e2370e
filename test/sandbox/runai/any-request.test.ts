// @module-tag slow
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { routesOf } from '../../../src/sandbox/runai/routes.ts';
import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { controlPlanes } from '../../../src/sandbox/runai/versions.ts';
import { administrator, deploy } from './deployment.ts';

const part = fc.oneof(
  fc.constantFrom(runaiAccountIds.ciVision, '101', '%', '%zz', '%00', '%F0%9F', '..', '__proto__', 'constructor', ' '),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
);
const json = fc.oneof(
  fc.jsonValue(),
  fc.record({ name: fc.jsonValue(), enabled: fc.jsonValue() }, { requiredKeys: [] }),
  fc.record({
    subjectId: fc.oneof(fc.constant('ci-vision'), fc.jsonValue()),
    subjectType: fc.oneof(fc.constantFrom('app', 'service-account', '__proto__'), fc.jsonValue()),
    roleId: fc.oneof(fc.constantFrom(10, 2 ** 40, 1e300), fc.jsonValue()),
    scopeId: fc.oneof(fc.constant('1001'), fc.jsonValue()),
    scopeType: fc.oneof(fc.constantFrom('tenant', 'toString', 'system'), fc.jsonValue()),
  }),
  fc.record({
    grantType: fc.constantFrom('client_credentials', 'password', 7),
    clientID: fc.jsonValue(),
    clientSecret: fc.jsonValue(),
  }),
);
const body = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '{"__proto__":1}',
    '['.repeat(5000),
    '\u0000',
    'grant_type=client_credentials&client_id=%zz',
  ),
  fc.string(),
);
const query = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '?%',
    '?limit=%',
    '?filterBy=',
    '?filterBy=,,',
    '?filterBy=name==%00',
    '?subjectIds=',
    '?offset=1e9',
  ),
  fc.string({ maxLength: 12 }).map((text) => `?search=${encodeURIComponent(text)}&limit=${encodeURIComponent(text)}`),
);
const type = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded',
  'text/html',
  'multipart/form-data',
  ';',
  'x'.repeat(20_000),
);

test.each(controlPlanes)(
  '%s answers any request with JSON or nothing, and no failure of its own',
  async (controlPlane) => {
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];
    const paths = routesOf(controlPlane).map(({ path }) => path);
    const given = fc.record({
      method: fc.constantFrom(...methods),
      path: fc.constantFrom(...paths, '/', '/:id'),
      part,
      query,
      body,
      type,
    });
    await fc.assert(
      fc.asyncProperty(given, async (request) => {
        const deployment = deploy({ controlPlane });
        const { method } = request;
        const path = request.path.replaceAll(':id', () => request.part) + request.query;
        const takesBody = method !== 'GET';
        const {
          status,
          text,
          json: answer,
        } = await deployment.send(method, path, {
          headers: { 'content-type': request.type },
          ...(takesBody ? { body: request.body } : {}),
          token: await deployment.signIn(administrator),
        });
        expect(status).toBeLessThan(500);
        expect(text === '' || answer !== null).toBe(true);
      }),
      { seed: 14, numRuns: 150 },
    );
  },
);
