// @module-tag slow
import { describe, expect, it } from 'vitest';

import { countPages } from '../../src/providers/answers.ts';
import { useRunai } from '../harness/runai.ts';

const list = { provider: 'runai', purpose: 'list roles' };

describe('the pages of a list', () => {
  it('are as many as anybody has', () => {
    const counted = countPages(list);
    expect(() => {
      for (let page = 0; page < 2000; page += 1) counted(500);
    }).not.toThrow();
  });

  it.each([
    ['more pages', 2001, 0],
    ['more items', 2, 500_001],
  ])('without end are an error: %s', (_, pages, items) => {
    const counted = countPages(list);
    expect(() => {
      for (let page = 0; page < pages; page += 1) counted(items);
    }).toThrow("cannot list roles: runai's pages have no end");
  });
});

const runai = useRunai();

describe('a provider whose pages have no end', () => {
  it('is given up: access rules', async () => {
    const rule = { subjectId: 'x', subjectType: 'service-account', roleId: 1, scopeId: '1', scopeType: 'project' };
    // One rule to a page: each is new, so that none of them is the last.
    function pageAt(offset: number): Response {
      return Response.json({ totalRecords: 1e308, accessRules: [{ id: offset, ...rule }] });
    }
    const { run, requests } = runai({
      intercept: (request, next) =>
        request.url.includes('/access-rules')
          ? pageAt(Number(new URL(request.url).searchParams.get('offset')))
          : next(request),
    });
    const { code, stderr } = await run(['accessrules', 'list', '--provider', 'runai', '--json']);
    expect(code).toBe(1);
    expect(stderr).toContain("cannot list access rules: runai's pages have no end");
    expect(requests.length).toBeLessThan(2100);
  }, 60_000);
});
