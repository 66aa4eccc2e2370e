import fc from 'fast-check';

import { providerNames } from '../../src/model/account.ts';
import { accountIds, groupIds, organizationId } from '../../src/sandbox/nscale/seed-ids.ts';
import { runaiAccountIds } from '../../src/sandbox/runai/seed-ids.ts';
import { endpointOf } from './connections.ts';
import { hostileWord } from './hostile.ts';
import { target } from './targets.ts';

const accounts = [
  'ci-deploy',
  accountIds.ciDeploy,
  accountIds.retired,
  'inference-gateway',
  'scratch',
  'self-rotating',
  'batch-trainer',
  'ci-vision',
  runaiAccountIds.batchTrainer,
  'ci-reviewer',
  'docs_writer',
  'nobody',
  '-',
  // What an entry of the journal is called.
  '00000000',
  '00000000-0000-4000-8000-000000000001',
] as const;

const filters = [
  '.',
  '.[]',
  '.[].id',
  '.credential.value',
  '.credential',
  '.credential.value | length',
  '.name',
  '.fingerprint',
  '.status.accessToken',
  '.items[0]["a b"]',
  '..',
  'empty',
  '$team',
  'env',
  '$ENV',
  '$ENV.NSCALE_SERVICE_TOKEN',
  'input',
  'inputs',
  'debug',
  'stderr',
  'halt_error',
  'error(.)',
  '@base64',
  '@json',
  'tojson',
  '.[',
  '.a b',
  'include "x"; .',
  'import "x" as x; .',
  'getpath(["a",0])',
  '[limit(3; repeat(1))]',
  '.[] |= error',
  'input_filename',
  '$__loc__',
  '-1',
  '--help',
  '"\\u001b[31m"',
] as const;

const durations = ['90s', '14d', '1d12h', '2w', '0s', '1', '-1d', '999999w', '1h', '2h'] as const;

/** Values of flags that mean something, by the flag's long name. */
const known: Readonly<Record<string, fc.Arbitrary<string>>> = {
  '--id': fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('ci-deploy', 'batch-trainer', 'ci-reviewer') },
    { weight: 2, arbitrary: fc.constantFrom(...accounts) },
  ),
  '--account': fc.constantFrom(...accounts),
  '--name': fc.constantFrom('ci', 'new-account', 'ci-deploy', 'ci-vision', 'ci-reviewer', 'a.b-c_d'),
  '--description': fc.constantFrom('Deploys', '', 'a\nb', '"quoted"'),
  '--group': fc.constantFrom('ml-training', groupIds.inference, 'nobody'),
  '--add-group': fc.constantFrom('ml-training', groupIds.inference, 'nobody'),
  '--remove-group': fc.constantFrom('ml-training', groupIds.inference, 'nobody'),
  '--tag': fc.constantFrom('a=b', 'a=', '=b', 'a', 'sactl-operation=x', '__proto__=x', 'a=b=c'),
  '--remove-tag': fc.constantFrom('team', 'a', '__proto__'),
  '--to': target(),
  '--file': fc.constantFrom(
    'own.json',
    'own.yaml',
    'nscale.json',
    'session.json',
    'hostile.txt',
    'missing',
    'folder',
    'pipe',
    'link',
    '-',
    '/dev/null',
    '/dev/zero',
  ),
  '--arg': fc.constantFrom('team=platform', 'team=', '=b', 'a', 'ENV=x', 'a=b=c'),
  '--query': fc.constantFrom(...filters),
  '--query-file': fc.constantFrom('filter.jq', 'missing', 'folder', 'pipe', '/dev/zero'),
  '--format': fc.constantFrom('json', 'ndjson', 'yaml', 'csv', 'table'),
  '--provider': fc.constantFrom(...providerNames, 'all', 'aws'),
  '--profile': fc.constantFrom('prod', 'ci', 'broken', 'nope'),
  '--org': fc.constantFrom(organizationId, 'acme', '00000000-0000-0000-0000-000000000000', '..'),
  '--endpoint': fc.constantFrom(
    ...providerNames.map(endpointOf),
    `${endpointOf('runai')}/`,
    'https://evil.example',
    'http://evil.example',
    'https://u:p@h/',
    'https://h/?q',
    'x',
    'file:///etc/passwd',
    'https://h:99999',
  ),
  '--ca-cert': fc.constantFrom('ca.pem', 'missing', 'folder', 'pipe', '/dev/zero', 'hostile.txt'),
  '--timeout': fc.constantFrom(...durations),
  '--expiring-within': fc.constantFrom(...durations),
  '--older-than': fc.constantFrom(...durations),
  '--unused-for': fc.constantFrom(...durations),
  '--since': fc.constantFrom(...durations, '2026-11-01', 'yesterday'),
  '--sort': fc.constantFrom('name', '-expiresAt', 'expiresAt', 'nope', '-'),
  '--columns': fc.constantFrom('name,id', 'id', 'name,tags,groups,description', 'nope', ','),
  '--limit': fc.constantFrom('1', '0', '-1', '1e3', '999999999999'),
  '--match': fc.constantFrom('ci-*', '*', '**', '[', '{a,b}', '!(x)', '(a|b)+', '+(+(+(a)))b'),
  '--age-from': fc.constantFrom('createdAt', 'updatedAt', ''),
  '--concurrency': fc.constantFrom('1', '4', '0', '64', '1000', 'x'),
  '--report': fc.constantFrom('report.md', 'report.json', 'report.txt', 'folder', '../up.md', 'link'),
  '--role': fc.constantFrom('L1 researcher', '6', 'nobody'),
  '--scope': fc.constantFrom('project:language', 'project:4303', 'cluster:x', 'x', 'tenant:1001'),
  '--cluster': fc.constantFrom('gpu-east', 'x'),
  '--token': fc.constantFrom('second', 'github-actions', 'fuzz-cal', 'a b'),
  '--port': fc.constantFrom('0', '-1', '65536', 'x'),
  '--fault': fc.constantFrom('nscale.rotate=503', 'x', 'runai.*=slow'),
};

/** A value of this flag that cannot lead out of the root. */
export function flagValue(long: string): fc.Arbitrary<string> {
  const hostile = hostileWord().map((word) =>
    long === '--report' || long === '--to' ? word.replaceAll(/[/\\]|^[^:]*:~?/g, '_') : word,
  );
  const meant = known[long];
  if (meant === undefined) return hostile;
  return fc.oneof({ weight: 12, arbitrary: meant }, { weight: 1, arbitrary: hostile });
}
