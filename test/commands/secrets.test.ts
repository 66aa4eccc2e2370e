// @module-tag slow
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import type { TestContextOptions } from '../harness/context.ts';
import type { Intercept } from '../harness/deployment.ts';
import { sandboxTokens, useNscale, type NscaleDeployment } from '../harness/nscale.ts';
import { runIn, type Outcome } from '../harness/run.ts';
import { brokenStdout, workFolder } from './support.ts';

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
  [[...rotate, '--org', 'acme', '--json'], {}],
];

/** Command lines that issue a credential and fail to print it. */
const undelivered: readonly (readonly [argv: readonly string[], options: TestContextOptions])[] = [
  [[...rotate, '-q', '.credential.value | if startswith("issued") then error else . end'], {}],
  [[...rotate, '--json'], { stdout: brokenStdout('EPIPE') }],
  [[...rotate, '--json'], { stdout: brokenStdout('ENOSPC') }],
  [[...create, '--json'], { stdout: brokenStdout('ENOSPC') }],
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
const faults: readonly (readonly [Intercept, code: number])[] = [
  // It is kept, for a person to look at.
  [async (request, next) => changed(await next(request), (text) => text.slice(0, -3)), 8],
  [async (request, next) => changed(await next(request), (text) => `<html>${text}`), 7],
  [async (request, next) => changed(await next(request), (text) => text, 500), 7],
  [async (request, next) => changed(await next(request), (text) => `[${text}]`), 7],
];

async function changed(
  response: Response,
  change: (text: string) => string,
  status = response.status,
): Promise<Response> {
  return new Response(change(await response.text()), { status });
}

interface Observed extends Outcome {
  readonly deployment: NscaleDeployment;
  readonly issued: readonly string[];
  /** Every byte under the state directory. */
  readonly state: string;
}

/** Runs with tokens of its own, and gives them with what was printed and what is kept. */
async function observe(
  argv: readonly string[],
  { options, fault }: { options?: TestContextOptions; fault?: Intercept } = {},
): Promise<Observed> {
  const issued: string[] = [];
  const deployment = nscale({
    newSecret: () => {
      const token = `issued.${'x'.repeat(40)}.${issued.length}`;
      issued.push(token);
      return token;
    },
    intercept: (request, next) =>
      fault !== undefined && request.method === 'POST' ? fault(request, next) : next(request),
  });
  const outcome = await deployment.run([...argv, '--debug'], options);
  return { ...outcome, deployment, issued, state: await bytesUnder(deployment.stateDirectory) };
}

async function bytesUnder(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const contents = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(contents)).join('\n');
}

/** Which secrets a text holds, as they are or within something in base64. */
function secretsIn(text: string, issued: readonly string[]): readonly string[] {
  return [sandboxTokens.administrator, ...issued].filter((secret) =>
    formsOf(secret).some((form) => text.includes(form)),
  );
}

/** The secret, and what is always there of it in base64, wherever it begins in what was encoded. */
function formsOf(secret: string): readonly string[] {
  const encoded = [0, 1, 2].map((before) => {
    const bytes = Buffer.from(' '.repeat(before) + secret);
    const own = bytes.toString('base64').slice(0, Math.floor((bytes.length * 8) / 6));
    return own.slice(Math.ceil((before * 8) / 6));
  });
  return [secret, ...encoded];
}

it.each(silent)('nothing that is printed or kept holds a secret: %j', async (argv, options) => {
  const { stdout, stderr, state, issued } = await observe(argv, { options });
  expect(secretsIn(stdout + stderr + state, issued)).toEqual([]);
});

it.each(undelivered)('the journal alone holds what was not delivered: %j', async (argv, options) => {
  const { code, stdout, stderr, state, issued } = await observe(argv, { options });
  expect({ code, issued: issued.length }).toEqual({ code: 8, issued: 1 });
  expect(secretsIn(stdout + stderr, issued)).toEqual([]);
  expect(secretsIn(state, issued)).toEqual(issued);
});

it.each(speaking)('stdout alone holds the new secret, once: %s %s %s %s %s %s %s', async (...argv) => {
  const { code, stdout, stderr, state, issued } = await observe(argv);
  expect({ code, issued: issued.length }).toEqual({ code: 0, issued: 1 });
  expect(stdout.split(issued[0] ?? '')).toHaveLength(2);
  expect(secretsIn(stdout.replace(issued[0] ?? '', '') + stderr + state, issued)).toEqual([]);
});

it.each([rotate, create])('a target alone holds the new secret: %s %s', async (...argv) => {
  const cwd = await workFolder();
  const to = ['--to', 'file:token', '--json'];
  const { code, stdout, stderr, state, issued } = await observe([...argv, ...to], { options: { cwd } });
  expect({ code, issued: issued.length }).toEqual({ code: 0, issued: 1 });
  expect(await bytesUnder(cwd)).toBe(issued[0]);
  expect(secretsIn(stdout + stderr + state, issued)).toEqual([]);
});

it('what was kept is erased once a later rotation was delivered', async () => {
  const options = { stdout: brokenStdout('ENOSPC') };
  const { deployment, issued, state } = await observe([...rotate, '--json'], { options });
  expect(secretsIn(state, issued)).toEqual(issued);
  const context = deployment.context();
  // Every context counts its UUIDs from the same one, which the first run has used.
  context.ctx.uuid();
  expect((await runIn(context, [...rotate, '--json'])).code).toBe(0);
  expect(issued).toHaveLength(2);
  expect(secretsIn(await bytesUnder(deployment.stateDirectory), issued)).toEqual([]);
});

it.each([rotate, create])('no answer is quoted when it goes wrong: %s %s', async (...argv) => {
  for (const [fault, code] of faults) {
    for (const format of [['--json'], ['--format', 'yaml']]) {
      const outcome = await observe([...argv, ...format], { fault });
      // The one that was asked for, and the one that was to take the place of the lost one.
      expect({ code: outcome.code, issued: outcome.issued.length }).toEqual({ code, issued: 2 });
      expect(secretsIn(outcome.stdout + outcome.stderr, outcome.issued)).toEqual([]);
      expect(secretsIn(outcome.state, [])).toEqual([]);
    }
  }
});
