import { expect, it } from 'vitest';

import { jsonLines } from '../../src/output/json-lines.ts';

const pipe = { isTTY: false, sandbox: false };

it.each([
  ['a note', 'sactl: two "words"\n', '{"note":{"message":"two \\"words\\""}}\n'],
  ['an object', '{"error":{}}\n', '{"error":{}}\n'],
  ['a command to a runner', '::add-mask::x\n##vso[task.x]y\n', '::add-mask::x\n##vso[task.x]y\n'],
  ['what --debug says', '  caused by Error: x\n', '{"debug":{"message":"  caused by Error: x"}}\n'],
  ['several', 'sactl: a\nsactl: b\n', '{"note":{"message":"a"}}\n{"note":{"message":"b"}}\n'],
  ['text that would steer', 'sactl: ##[error]x\n', '{"note":{"message":"\\u0023#[error]x"}}\n'],
])('%s', (_, text, expected) => {
  expect(jsonLines(text, pipe)).toBe(expected);
});

it("marks all but sealed lines and objects as the sandbox's", () => {
  const sealed = '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n';
  const text = jsonLines(`sactl: a\n${sealed}sactl: b\n`, { ...pipe, sandbox: true });
  expect(text.trim().split('\n')).toEqual([
    '{"note":{"message":"a"},"sandbox":true}',
    '{"capsule":"-----BEGIN AGE ENCRYPTED FILE-----"}',
    '{"capsule":"YWdl"}',
    '{"capsule":"-----END AGE ENCRYPTED FILE-----"}',
    '{"note":{"message":"b"},"sandbox":true}',
  ]);
});

it('leaves questions and progress at a terminal alone', () => {
  const clear = '\r\u001B[K';
  const text = `  - an effect\n${clear}sactl: failed\n${clear}rotating [##--] 1/2`;
  expect(jsonLines(text, { isTTY: true, sandbox: false })).toBe(
    `  - an effect\n${clear}{"note":{"message":"failed"}}\n${clear}rotating [##--] 1/2`,
  );
});
