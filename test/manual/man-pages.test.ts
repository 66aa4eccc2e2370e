import { describe, expect, it } from 'vitest';

import { readProgram } from '../../scripts/manual/program.ts';
import { releaseDate } from '../../scripts/manual/generate.ts';
import { manPages } from '../../scripts/manual/man.ts';

const program = await readProgram();
const pages = [...manPages(program, { version: '1.2.3', date: '2026-11-22' })];

describe.each(pages)('%s', (name, text) => {
  const title = name.replace(/\.1$/, '');

  it('begins as man and whatis expect it', () => {
    expect(text).toMatch(/^\.\\" .+\n\.TH .+ 1 "2026-11-22" "sactl 1\.2\.3" "sactl manual"\n/);
    expect(text).toContain(`\n.SH NAME\n${title.replaceAll('-', '\\-')} \\- `);
  });

  it('has no requests but comments, the man macros and a few of roff', () => {
    const requests = text.match(/^[.'].*$/gm) ?? [];
    const known = /^\.(?:\\" |(?:TH|SH|SS) |(?:PP|TP|br|nf|fi|nh|ad l)$)/;
    expect(requests.filter((request) => !known.test(request))).toEqual([]);
  });

  it('has nothing but ASCII, and only hyphens that can be copied', () => {
    expect(text).toMatch(/^[\n -~]*$/);
    const words = text.replace(/^.+\n\.TH .+\n/, '');
    expect(words).not.toMatch(/(?<!\\)-/);
  });
});

describe('the date of the pages', () => {
  const changelog = '# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-12-01\n\n## [0.9.0]\n';

  it.each([
    ['1.0.0', '2026-12-01'],
    ['0.9.0', ''],
    ['1.1.0', ''],
  ])('of %s is that of its release, else empty', (version, date) => {
    expect(releaseDate(changelog, version)).toBe(date);
  });
});
