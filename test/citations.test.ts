import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const self = 'test/citations.test.ts';

const sources = ['src', 'test', 'scripts']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(?:ts|js|cjs)$/.test(path) && path !== self);

interface Citation {
  readonly file: string;
  /** e.g. `docs/design.md` */
  readonly page: string;
  /** e.g. `['3.2', '3.4']`; none where the page as a whole is cited */
  readonly sections: readonly string[];
}

const pattern = /\b(docs\/[\w/-]+\.md)((?:(?:,| and|, and)? \d+[a-z]?(?:\.\d+)?\b)*)/g;

function citationsOf(file: string): Citation[] {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/\n\s*(?:\*(?!\/)|\/\/)?\s*/g, ' ');
  return [...text.matchAll(pattern)].map(([, page = '', list = '']) => ({
    file,
    page,
    sections: list.match(/\d+[a-z]?(?:\.\d+)?/g) ?? [],
  }));
}

/**
 * The numbered sections of a page: `4` and `4.2` by their headings, and `9.14` also as the 14th item of a numbered list in
 * section 9.
 */
function sectionsOf(page: string): ReadonlySet<string> {
  const sections = new Set<string>();
  let section = '';
  for (const line of readFileSync(join(root, page), 'utf8').split('\n')) {
    const heading = /^#+ (\d+[a-z]?(?:\.\d+)?)\.? /.exec(line)?.[1];
    const item = /^(\d+)\. /.exec(line)?.[1];
    if (heading !== undefined) {
      sections.add(heading);
      section = heading;
    } else if (item !== undefined && section !== '') sections.add(`${section}.${item}`);
  }
  return sections;
}

describe('what the code cites of docs', () => {
  const citations = sources.flatMap(citationsOf);
  const pages = [...new Set(citations.map(({ page }) => page))];

  it('is there', () => {
    expect(pages.filter((page) => !existsSync(join(root, page)))).toEqual([]);
  });

  it.each(pages)('has its section in %s', (page) => {
    const known = sectionsOf(page);
    const cited = citations.filter((citation) => citation.page === page);
    const missing = cited.flatMap(({ file, sections }) =>
      sections.filter((section) => !known.has(section)).map((section) => `${file}: ${page} ${section}`),
    );
    expect(missing).toEqual([]);
  });

  it('is named by its path in this repository', () => {
    const elsewhere = /(?<!docs\/)\b(?:DESIGN|STYLE|design|contracts\/\w+)\.md/;
    // src/delivery is being renamed by its own commits.
    const others = sources.filter((file) => !file.startsWith('src/delivery/'));
    expect(others.filter((file) => elsewhere.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});
