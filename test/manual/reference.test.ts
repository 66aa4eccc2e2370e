import { expect, it } from 'vitest';

import { leaves, readProgram } from '../../scripts/manual/program.ts';
import { anchorOf } from '../../scripts/manual/markdown.ts';
import { reference } from '../../scripts/manual/reference.ts';

const program = await readProgram();
const text = reference(program);
const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);

it('has a heading for every command, and none twice', () => {
  expect(headings).toEqual(expect.arrayContaining(leaves(program).map(({ path }) => path.join(' '))));
  expect(new Set(headings.map(anchorOf)).size).toBe(headings.length);
});

it('has every place that a link leads to', () => {
  const anchors = new Set(headings.map(anchorOf));
  const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((anchor) => !anchors.has(anchor ?? ''))).toEqual([]);
});

it('has nothing that GitHub would take for HTML', () => {
  const outside = text.replaceAll(/```[^]*?```|<!--.*-->|`[^`]*`/g, '');
  expect(outside.match(/(?<!\\)<[^\n]*/g)).toBeNull();
});
