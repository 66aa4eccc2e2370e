import { expect, it } from 'vitest';

import { run } from '../harness/run.ts';

const list = ['sa', 'list', '--sandbox', '--query-file', '-'];

it('--query-file - reads the filter from standard input', async () => {
  expect(await run(list, { stdin: '[.[] | .name] | length\n' })).toEqual({ code: 0, stdout: '13\n', stderr: '' });
});

it('goes with -q and --arg', async () => {
  const argv = [...list, '-q', 'length', '--arg', 'name=ci-deploy'];
  const { code, stdout } = await run(argv, { stdin: '.[] | select(.name == $name).name' });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '13\nci-deploy\n' });
});

it('is empty, or does not compile, as a file would', async () => {
  const { code, stderr } = await run(list, { stdin: '' });
  expect(code).toBe(2);
  expect(stderr).toContain('--query-file -: the filter is empty');
  expect((await run(list, { stdin: '.[' })).stderr).toContain('--query-file - does not compile');
});

it('cannot be typed', async () => {
  const { code, stderr } = await run(list, { terminal: 80 });
  expect(code).toBe(2);
  expect(stderr).toContain('cannot read --query-file -: it is a terminal: pipe it in, or name a file');
});

it.each([
  [['sa', 'create', '--sandbox', '--query-file', '-', '-f', '-'], '--file - and --query-file -'],
  [['sa', 'update', '--sandbox', '--id', 'x', '--query-file', '-', '--stdin'], '--stdin and --query-file -'],
  [['sa', 'update', '--sandbox', '--id', '-', '-f', '-'], '--id - and --file -'],
  [['sa', 'update', '--sandbox', '--id', '-', '--stdin'], '--id - and --stdin'],
  [['sa', 'rotate', '--sandbox', '--query-file', '-', '--id', '-', '--yes'], '--id - and --query-file -'],
])('does not go with others that read it: %j', async (argv, named) => {
  const { code, stdout, stderr } = await run(argv, { stdin: '.' });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`${named} read standard input, which can be read once`);
});
