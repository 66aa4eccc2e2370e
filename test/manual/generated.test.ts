import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { generateManual } from '../../scripts/manual/generate.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manual = await generateManual({
  manifest: readFileSync(`${root}package.json`, 'utf8'),
  changelog: readFileSync(`${root}CHANGELOG.md`, 'utf8'),
});

it.each([...manual])('%s is up to date (npm run readme mends it)', async (path, text) => {
  await expect(text).toMatchFileSnapshot(`${root}${path}`);
});

it('man/ has no page of a command that is gone (delete it)', () => {
  const pages = readdirSync(`${root}man`).map((name) => `man/${name}`);
  expect(pages.filter((path) => !manual.has(path))).toEqual([]);
});
