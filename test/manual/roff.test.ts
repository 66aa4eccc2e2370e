import { describe, expect, it } from 'vitest';

import { literal, plain } from '../../scripts/manual/help-text.ts';
import { escapeRoff, heading, item, line, page, paragraph, roff, section } from '../../scripts/manual/roff.ts';

describe('text', () => {
  const cases: readonly (readonly [text: string, escaped: string])[] = [
    ['--dry-run', String.raw`\-\-dry\-run`],
    [String.raw`%LOCALAPPDATA%\sactl`, String.raw`%LOCALAPPDATA%\(rssactl`],
    [String.raw`\fBnot bold\fR`, String.raw`\(rsfBnot bold\(rsfR`],
    [`the provider's "own"`, String.raw`the provider\(aqs \(dqown\(dq`],
    ['`^~/', String.raw`\(ga\(ha\(ti/`],
    ['naïve … 🔑', String.raw`na\[u00EF]ve \[u2026] \[u1F511]`],
    ['two\nlines\tand a tab', 'two lines and a tab'],
  ];

  it.each(cases)('%s is printed to the letter', (text, escaped) => {
    expect(escapeRoff(text)).toBe(escaped);
  });

  it.each(['.sactlrc', "'quoted'", '...'])('%s at the start of a line is no request', (text) => {
    expect(line([plain(text)])).not.toMatch(/^[.']/);
  });
});

describe('a page', () => {
  it('has its name, version and date in the head', () => {
    const parts = { name: 'sactl-audit', date: '2026-11-22', source: 'sactl 1.0.0', manual: 'x' };
    expect(heading(parts)[0]).toBe(String.raw`.TH "SACTL\-AUDIT" 1 "2026-11-22" "sactl 1.0.0" x`);
  });

  it('begins no second paragraph after a heading', () => {
    expect(page([...section('FILES'), ...paragraph([plain('One.')]), ...paragraph([plain('Two.')])])).toBe(
      '.SH FILES\nOne.\n.PP\nTwo.\n',
    );
  });

  it('has a line for each sentence, and none for an abbreviation', () => {
    const words = [plain('Ends so, e.g. Here (or there.) '), literal('--all'), plain(' begins. Next.')];
    expect(paragraph(words)).toEqual([
      '.PP',
      'Ends so, e.g. Here (or there.)',
      String.raw`\fB\-\-all\fR begins.`,
      'Next.',
    ]);
  });

  it('sets terms apart from their meanings', () => {
    expect(item([{ kind: 'syntax', text: '--to <target>' }], [plain('where it goes')])).toEqual([
      '.TP',
      String.raw`\fB\-\-to\fR <\fItarget\fR>`,
      'where it goes',
    ]);
  });

  it('keeps lines as they are', () => {
    expect(roff({ kind: 'code', lines: ['.a  b', String.raw`c \ d`] })).toEqual([
      '.PP',
      '.nf',
      String.raw`\&.a  b`,
      String.raw`c \(rs d`,
      '.fi',
    ]);
  });
});
