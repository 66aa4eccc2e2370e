// @module-tag slow
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { credentialFields, type CredentialField } from '../../../src/delivery/targets/field.ts';
import type { TargetKindName } from '../../../src/delivery/targets/kinds.ts';
import { parseTargets } from '../../../src/delivery/targets/parse.ts';
import { createTargets } from '../../../src/delivery/targets/schemes.ts';
import type { Target, TargetPayload } from '../../../src/delivery/targets/target.ts';
import { Secret } from '../../../src/model/credential.ts';
import { scrub } from '../../../src/programs/scrub.ts';
import { deliver, payload, subject, workshop, type Answer, type Call, type Workshop } from './fakes.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await workshop();
});
afterEach(() => shop.remove());

/** One way to each kind of target that a program serves. */
interface Way {
  readonly given: string;
  readonly program: string;
  /** What the program says where the target gets this text. */
  readonly answers?: (text: string) => readonly Answer[];
  /** The value in what the program read; undefined where it read something else. */
  readonly valueIn?: (input: string) => unknown;
}

type FileKind = 'file' | 'dotenv' | 'session' | 'profile' | 'github-env' | 'github-output';

function item(value: string): string {
  return JSON.stringify({ fields: [{ id: 'credential', label: 'credential', value }] });
}

function jsonOf(input: string): Record<string, unknown> {
  return input === '' ? {} : JSON.parse(input);
}

const ways: Readonly<Record<Exclude<TargetKindName, FileKind>, Way>> = {
  exec: { given: "exec:take 'a b' {name}", program: 'take' },
  'gh-secret': {
    given: 'gh-secret:codespaces/org/acme#{NAME}',
    program: 'gh',
    answers: () => [
      { when: 'api --paginate', stdout: 'app' },
      { when: 'api', stdout: 'selected' },
    ],
  },
  'gitlab-variable': {
    given: 'gitlab-variable:acme/deploy#{NAME}@prod',
    program: 'glab',
    valueIn: (input) => jsonOf(input)['value'],
  },
  kubernetes: {
    given: 'kubernetes:ci/{name}#token',
    program: 'kubectl',
    valueIn: (input) => {
      const { data } = jsonOf(input) as { data?: { token?: string } };
      return data?.token === undefined ? undefined : Buffer.from(data.token, 'base64').toString();
    },
  },
  vault: { given: 'vault:secret/ci/{name}#token', program: 'vault' },
  'aws-secret': {
    given: 'aws-secret:ci/{name}#token?region=eu-west-1',
    program: 'aws',
    answers: () => [
      {
        when: 'secretsmanager get',
        stdout: '{"VersionId":"aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb","SecretString":"{\\"a\\":1}"}',
      },
    ],
    valueIn: (input) => jsonOf(input)['token'],
  },
  'gcp-secret': { given: 'gcp-secret:acme-prod/{name}', program: 'gcloud' },
  'azure-keyvault': {
    given: 'azure-keyvault:acme-prod/{name}',
    program: 'az',
    answers: () => [{ when: 'keyvault secret show', stdout: '{"type":"x","tags":{"a":"b"}}' }],
  },
  doppler: { given: 'doppler:web/prd#{NAME}', program: 'doppler' },
  op: {
    given: 'op:CI/{name}#credential',
    program: 'op',
    answers: (text) => [
      { when: 'item get', stdout: item('old'), times: 2 },
      { when: 'item get', stdout: item(text) },
    ],
    valueIn: (input) => (jsonOf(input) as { fields?: { value?: unknown }[] }).fields?.[0]?.value,
  },
};

const settings = { numRuns: 3, seed: 20261122 };

/** Long enough not to be in the other words by chance, with all that shells, JSON and options make something of. */
const secrets: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '-', '--file=', '@', '{"a":"', '$(id)', 'file://', '%s', '"', "'", '\\', 'x=', 'ü', 'a\nb'),
    fc.stringMatching(/^[A-Za-z0-9+/=_.-]{40,60}$/),
    fc.constantFrom('', '"}', '=', '\n\n', ' ', '\\n', '\u2028', ']', '`', ';x', '%0a', '#t', '?field=kind'),
  )
  .map((parts) => parts.join(''))
  // Targets are given no line break at the end.
  .filter((text) => !text.endsWith('\n'));

function targetOf(given: string): Target {
  const environment = shop.environment();
  const { specs, problems } = parseTargets([given], environment);
  expect(problems).toEqual([]);
  const [target] = createTargets(specs, { ...subject, provider: 'runai' }, environment);
  if (target === undefined) throw new Error(`${given} is no target`);
  return target;
}

const known: TargetPayload['meta'] = { ...payload.meta, clientId: 'client-4711', expiresAt: '2027-02-01T00:00:00Z' };

/** Tries a target and delivers to it. @returns every call of its program */
async function callsFor({ given, program, answers }: Way, text: string, got: string): Promise<readonly Call[]> {
  const earlier = (await shop.calls()).length;
  await shop.fake(program, answers?.(got) ?? []);
  const target = targetOf(given);
  await target.preflight();
  await deliver(target, { text: new Secret(text), json: new Secret(JSON.stringify({ value: text })), meta: known });
  return (await shop.calls()).slice(earlier);
}

/** The secret must not be in the text, in whatever form. */
function expectWithout(text: string, secret: string): void {
  expect(text).not.toContain(secret);
  expect(scrub(text, [new Secret(secret)])).toBe(text);
}

describe.each(Object.entries(ways))('%s', (_kind, way) => {
  const { valueIn = (input: string) => input } = way;

  test('gets the secret on stdin, exactly, and nowhere else', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, async (secret) => {
        const calls = await callsFor({ ...way, given: `${way.given}?field=value` }, secret, secret);
        expect(calls.filter(({ input }) => valueIn(input) === secret)).toHaveLength(1);
        for (const { argv, env } of calls) expectWithout(JSON.stringify([argv, env]), secret);
        // Only one of them had it.
        const others = calls.filter(({ input }) => valueIn(input) !== secret);
        for (const { input } of others) expectWithout(input, secret);
        await shop.remove();
        shop = await workshop();
      }),
      settings,
    );
  });

  test.each(
    credentialFields.filter((field): field is Exclude<CredentialField, 'value' | 'expiresAt'> => {
      return field !== 'value' && field !== 'expiresAt';
    }),
  )('gets the part that is asked for, and not the secret: %s', async (field) => {
    const secret = 'tok-5ecret-7f3a91c2-QRSTUVWXYZ-lmnopq';
    const part = known[field] ?? '';
    const calls = await callsFor({ ...way, given: `${way.given}?field=${field}` }, secret, part);
    expect(calls.filter(({ input }) => valueIn(input) === part)).toHaveLength(1);
    expectWithout(JSON.stringify(calls.map(({ argv, input }) => [argv, input])), secret);
  });
});
