import { describe, expect, test } from 'vitest';

import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { requestProblems, runaiDocuments } from '../../harness/runai-conformance.ts';

const accounts = 'https://acme.run.test/api/v1/service-accounts';
const rules = 'https://acme.run.test/api/v1/authorization/access-rules';
const one = `${accounts}/${runaiAccountIds.ciVision}`;
const time = '2026-01-02T03:04:05.000Z';
const account = {
  id: 'a',
  name: 'ci',
  clientId: 'ci',
  enabled: true,
  createdBy: 'ann@example.com',
  createdAt: time,
  updatedAt: null,
  lastLogin: null,
  tenantId: '1001',
};

describe('an answer that the documents do not allow is found:', () => {
  test.each([
    ['a number for the tenant', one, 200, { ...account, tenantId: 1001 }, '/tenantId must be string'],
    ['a field too few', one, 200, { ...account, enabled: undefined }, "must have required property 'enabled'"],
    ['a field too many', accounts, 200, [{ ...account, tokens: [] }], '/0 must NOT have additional properties'],
    ['a time that is none', one, 200, { ...account, lastLogin: 'never' }, '/lastLogin must match format "date-time"'],
    ['an object instead of a list', accounts, 200, { items: [] }, 'must be array'],
    ['a status', one, 409, { code: 409, message: 'x' }, 'only 200, 400, 401, 403, 404, 500, 503 are documented'],
    ['an error of another shape', one, 404, { error: 'not_found' }, "must have required property 'code'"],
    ['no JSON', one, 200, 'text', 'must be object'],
  ])('%s', async (_, url, status, body, problem) => {
    const problems = await runaiDocuments('2.24').answerProblems(new Request(url), Response.json(body, { status }));
    expect(problems.join('\n')).toContain(problem);
  });

  test('a body where there is none, and a page where there is JSON', async () => {
    const documents = runaiDocuments('2.24');
    const patch = new Request(one, { method: 'PATCH' });
    expect(await documents.answerProblems(patch, Response.json({}))).toHaveLength(1);
    expect(await documents.answerProblems(patch, new Response(null))).toEqual([]);
    const page = new Response('<html>', { headers: { 'content-type': 'text/html' } });
    expect(await documents.answerProblems(new Request(one), page)).toHaveLength(1);
  });

  test('what only another version has', async () => {
    const found = Response.json(account);
    const request = new Request(one);
    expect(await runaiDocuments('3.0').answerProblems(request, found)).toEqual([]);
    expect(await runaiDocuments('2.23').answerProblems(request, found)).toHaveLength(1);
    const token = new Request('https://acme.run.test/api/v1/token', { method: 'POST' });
    const lived = Response.json({ accessToken: 'x', expiresIn: 3600 });
    expect(await runaiDocuments('2.24').answerProblems(token, lived)).toEqual([]);
    expect(await runaiDocuments('2.23').answerProblems(token, lived)).toHaveLength(1);
  });
});

const headers = { authorization: 'Bearer x' };
const post = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };

describe('a request that the documents do not allow is found:', () => {
  test.each([
    ['no token', new Request(accounts), 'no access token is sent'],
    [
      'a parameter that there is not',
      new Request(`${accounts}?limit=1`, { headers }),
      'the query has no parameter limit',
    ],
    ['a page that is too long', new Request(`${rules}?limit=501`, { headers }), 'must be <= 500'],
    ['an id that is none', new Request(`${rules}/x`, { headers }), 'must be integer'],
    ['a body where there is none', new Request(`${one}/secret`, { ...post, body: '{}' }), 'a body is sent'],
    ['a name', new Request(accounts, { ...post, body: '{"name":"A"}' }), '/name must match pattern'],
    ['a field', new Request(accounts, { ...post, body: '{"name":"ab","tags":1}' }), 'additional properties'],
    [
      'a type',
      new Request(accounts, { method: 'POST', headers, body: '{"name":"ab"}' }),
      'the body is sent as "text/plain',
    ],
    ['a path', new Request(`${accounts}/x/rotate`, { ...post }), 'is in no document'],
    [
      'a token for a token',
      new Request('https://acme.run.test/api/v1/token', { ...post, body: '{}' }),
      'an access token is sent where none is needed',
    ],
  ])('%s', async (_, request, problem) => {
    expect((await requestProblems(request, '2.24')).join('\n')).toContain(problem);
  });

  test('but not one that tries whether a version has something', async () => {
    expect(await requestProblems(new Request(accounts, { headers }), '2.20')).toEqual([]);
    const body = JSON.stringify({
      subjectId: 'x',
      subjectType: 'service-account',
      roleId: 1,
      scopeId: '1',
      scopeType: 'tenant',
    });
    expect(await requestProblems(new Request(rules, { ...post, body }), '2.24')).toEqual([]);
    expect(await requestProblems(new Request(rules, { ...post, body }), '2.23')).not.toEqual([]);
  });
});
