import { expect, it } from 'vitest';

import type { TestContextOptions } from '../harness/context.ts';
import { sandboxTokens, useNscale, type Intercept } from '../harness/nscale.ts';
import type { Outcome } from '../harness/run.ts';
import { brokenStdout } from './support.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes'];
const create = ['sa', 'create', '--name', 'ci', '--group', 'inference'];

/** Command lines that print no credential, whatever they do. */
const silent: readonly (readonly [argv: readonly string[], options: TestContextOptions])[] = [
  [['whoami'], {}],
  [['orgs', 'list'], {}],
  [['groups', 'list'], {}],
  [['roles', 'list'], {}],
  [['sa', 'list'], {}],
  [['sa', 'list', '--raw', '--json'], {}],
  [['sa', 'get', '--id', 'ci-deploy'], {}],
  [['sa', 'get', '--id', 'nobody'], {}],
  [['sa', 'get', '--id', 'inference-gateway'], {}],
  [['sa', 'update', '--id', 'ci-deploy', '--tag', 'a=b'], {}],
  [['sa', 'delete', '--id', 'scratch', '--yes'], {}],
  [[...create, '--name', 'ci-deploy'], {}],
  [[...create, '--name', 'ci-deploy', '--if-missing', '--json'], {}],
  [[...create, '--dry-run', '--json'], {}],
  [[...rotate, '--dry-run', '--json'], {}],
  [[...rotate, '-q', '.id'], {}],
  [[...rotate, '-q', '.credential.value | error'], {}],
  [[...rotate, '-q', '.credential.value | if startswith("issued") then error else . end'], {}],
  [[...rotate, '--json'], { stdout: brokenStdout('EPIPE') }],
  [[...rotate, '--json'], { stdout: brokenStdout('ENOSPC') }],
  [[...create, '--json'], { stdout: brokenStdout('ENOSPC') }],
  [[...rotate, '--org', 'acme', '--json'], {}],
];

/** Command lines that print one credential once, on stdout. */
const speaking: readonly (readonly string[])[] = [
  [...create, '--json'],
  [...create, '--format', 'yaml'],
  [...create, '-q', '.credential.value'],
  [...rotate, '--json'],
  [...rotate, '--format', 'ndjson'],
  [...rotate, '--raw', '--json'],
  [...rotate, '-q', '.'],
];

/** Answers in which something goes wrong after the token was issued, with the token in the body. */
const faults: readonly Intercept[] = [
  async (request, next) => changed(await next(request), (text) => text.slice(0, -3)),
  async (request, next) => changed(await next(request), (text) => `<html>${text}`),
  async (request, next) => changed(await next(request), (text) => text, 500),
  async (request, next) => changed(await next(request), (text) => `[${text}]`),
];

async function changed(
  response: Response,
  change: (text: string) => string,
  status = response.status,
): Promise<Response> {
  return new Response(change(await response.text()), { status });
}

/** Runs with tokens of its own, and gives them with what was printed. */
async function observe(
  argv: readonly string[],
  { options, fault }: { options?: TestContextOptions; fault?: Intercept } = {},
): Promise<Outcome & { issued: readonly string[] }> {
  const issued: string[] = [];
  const deployment = nscale({
    newToken: () => {
      const token = `issued.${'x'.repeat(40)}.${issued.length}`;
      issued.push(token);
      return token;
    },
    intercept: (request, next) =>
      fault !== undefined && request.method === 'POST' ? fault(request, next) : next(request),
  });
  return { ...(await deployment.run([...argv, '--debug'], options)), issued };
}

/** Which secrets a text holds, as they are or in base64. */
function secretsIn(text: string, issued: readonly string[]): readonly string[] {
  return [sandboxTokens.administrator, ...issued].filter(
    (secret) => text.includes(secret) || text.includes(Buffer.from(secret).toString('base64')),
  );
}

it.each(silent)('no output holds a secret: %j', async (argv, options) => {
  const { stdout, stderr, issued } = await observe(argv, { options });
  expect(secretsIn(stdout + stderr, issued)).toEqual([]);
});

it.each(speaking)(
  'stdout alone holds the new secret, once: %s %s %s %s %s %s %s',
  async (...argv) => {
    const { code, stdout, stderr, issued } = await observe(argv);
    expect({ code, issued: issued.length }).toEqual({ code: 0, issued: 1 });
    expect(stdout.split(issued[0] ?? '')).toHaveLength(2);
    expect(secretsIn(stdout.replace(issued[0] ?? '', ''), issued)).toEqual([]);
    expect(secretsIn(stderr, issued)).toEqual([]);
  },
);

it.each([rotate, create])('no answer is quoted when it goes wrong: %s %s', async (...argv) => {
  for (const fault of faults) {
    for (const format of [['--json'], ['--format', 'yaml']]) {
      const outcome = await observe([...argv, ...format], { fault });
      expect({ code: outcome.code, issued: outcome.issued.length }).toEqual({ code: 7, issued: 1 });
      expect(secretsIn(outcome.stdout + outcome.stderr, outcome.issued)).toEqual([]);
    }
  }
});
