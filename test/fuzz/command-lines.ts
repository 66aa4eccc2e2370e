import fc from 'fast-check';

import { calmWords } from './calm-words.ts';
import { hostileText } from './hostile.ts';
import type { CommandLine } from './scenario.ts';
import { broughtSession, secrets } from './secrets.ts';
import { wildWords } from './wild-words.ts';

/** Command lines: `calm` ones are right and get far, `wild` ones are of every verb there is, and nearly right, mostly. */
export interface CommandLines {
  readonly calm: fc.Arbitrary<CommandLine>;
  readonly wild: fc.Arbitrary<CommandLine>;
}

export async function commandLines(): Promise<CommandLines> {
  const wild = await wildWords();
  return {
    calm: fc.record({ ...surroundings(), argv: calmWords(), terminal: fc.constant(null) }),
    wild: fc.record({ ...surroundings(), argv: wild }),
  };
}

/** What is around the words. */
function surroundings() {
  return {
    stdin: stdin(),
    terminal: fc.constantFrom(null, null, null, null, null, null, 80, 20, 1, 0, 500),
    answers: fc.array(answer(), { maxLength: 4 }),
    stdoutError: fc.oneof(
      { weight: 19, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom('EPIPE', 'ENOSPC') },
    ),
    isStdoutDiscarded: fc.oneof(
      { weight: 19, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    interrupt: fc.oneof(
      { weight: 9, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: fc.record({
          signal: fc.constantFrom('SIGINT' as const, 'SIGTERM' as const, 'SIGHUP' as const),
          atRequest: fc.constantFrom<number | 'change'>(0, 1, 2, 3, 4, 5, 'change', 'change', 'change'),
        }),
      },
    ),
  };
}

function stdin(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.constant(broughtSession) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '{"name":"ci","description":"x"}',
        'name: ci\ntags: {a: b}\n',
        `{"accessToken":"${secrets.supplied}"}`,
        `{"accessToken":"${secrets.supplied}","tenantURL":"http://evil.example"}`,
        `{"accessToken":["${secrets.supplied}"]`,
        secrets.supplied,
        'ci-deploy\nci-vision\n',
        '- '.repeat(200),
        '{"a":'.repeat(3000),
        '['.repeat(60_000),
        `"${']'.repeat(500)}" : ${'['.repeat(400)}`,
        'a: &a [*a, *a]',
        Array.from({ length: 3000 }, (_, at) => `k${at}: x\n`).join(''),
      ),
    },
    { weight: 1, arbitrary: hostileText() },
  );
}

function answer(): fc.Arbitrary<string | boolean | null> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constantFrom(broughtSession, secrets.supplied, 'ci') },
    { weight: 1, arbitrary: hostileText() },
  );
}
