import fc from 'fast-check';

import type { TargetKindName } from '../../src/delivery/targets/kinds.ts';
import { hostileWord } from './hostile.ts';

const goodPaths = ['token', 'out/token', 'out/{name}', '{provider}.tok', '.env', '~/token'] as const;

const paths = [
  'out/{id}.tok',
  '{name}',
  '{name}/token',
  '{org}-{name}',
  '{profile}',
  '{provider}.tok',
  '{nope}',
  './a b',
  'ünï',
  '-rf',
  '.',
  '..',
  '../up',
  'out/../token',
  'missing/token',
  'folder',
  'folder/',
  'link',
  'dangling',
  'pipe',
  'env',
  '.env',
  'big.env',
  'session.json',
  '~/token',
  '~/.augment/session.json',
  '~x',
  '$ROOT/elsewhere/token',
  'out/' + 'x'.repeat(300),
] as const;

const keys = ['KEY_1', '{name}', 'a-b', '1A', '', 'GITHUB_X', '__proto__', 'NODE_OPTIONS'];

function pathTarget(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('file', 'file', 'file', 'file+json', 'session', 'dotenv', 'dotenv+json'),
      fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(...goodPaths) },
        { weight: 1, arbitrary: fc.constantFrom(...paths) },
      ),
      fc.oneof({ weight: 2, arbitrary: fc.constant('TOKEN') }, { weight: 1, arbitrary: fc.constantFrom(...keys) }),
    )
    .map(([scheme, path, key]) => (scheme.startsWith('dotenv') ? `${scheme}:${path}#${key}` : `${scheme}:${path}`));
}

/** The kinds that put a credential into a file, where a test finds it again; programs take all others. */
type FileKind = 'file' | 'dotenv' | 'session' | 'profile' | 'github-env' | 'github-output';

/** Targets of each kind that a program takes; the programs are the test's own only, see `programs.ts`. */
export const programTargets: Readonly<Record<Exclude<TargetKindName, FileKind>, readonly string[]>> = {
  exec: [
    'exec:$PROGRAMS/take',
    'exec:$PROGRAMS/take {name} {id}',
    'exec:$PROGRAMS/take --for={name}',
    'exec+json:$PROGRAMS/take',
    'exec:$PROGRAMS/blab',
    'exec:take',
    'exec:./take',
    'exec:{name}',
    'exec:"$PROGRAMS/take',
    'exec:$PROGRAMS/missing',
  ],
  'gh-secret': ['gh-secret:acme/app#TOKEN', 'gh-secret:acme/app@prod#{name}', 'gh-secret:{name}/app#TOKEN'],
  kubernetes: ['kubernetes:ns/{name}#token', 'kubernetes:ns/secret#token'],
  vault: ['vault:secret/{name}#token', 'vault:secret/ci#token', 'vault:-x/ci#token'],
  'gitlab-variable': ['gitlab-variable:acme/app#TOKEN', 'gitlab-variable:acme#{NAME}@prod'],
  'aws-secret': ['aws-secret:ci/{name}', 'aws-secret:ci#token?region=eu-west-1', 'aws-secret:-x'],
  'gcp-secret': ['gcp-secret:acme-prod/{name}', 'gcp-secret:acme-prod'],
  'azure-keyvault': ['azure-keyvault:acme-kv/{name}', 'azure-keyvault:acme-kv/token?field=clientId'],
  doppler: ['doppler:app/prd#{NAME}', 'doppler:app/prd#token'],
  op: ['op:ops/nscale#credential', 'op:ops/{name}#token?field=nope'],
};

/** A value of `--to`, valid more often than not. Hostile ones have no path in them that leads out of the root. */
export function target(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...goodPaths).map((path) => `file:${path}`) },
    { weight: 12, arbitrary: pathTarget() },
    { weight: 1, arbitrary: fc.constantFrom(...Object.values(programTargets).flat()) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'profile',
        'profile:x',
        'github-env:TOKEN',
        'github-env:{name}',
        'github-output:token',
        'github-output:{name}',
        'file:',
        'nope:x',
        'FILE:x',
      ),
    },
    { weight: 1, arbitrary: hostileWord().map((word) => word.replaceAll(/[/\\]/g, '_')) },
    { weight: 1, arbitrary: hostileWord().map((word) => `file:out/${word.replaceAll('/', '_')}`) },
  );
}
