import { describe, expect, test } from 'vitest';

import { parseTargets } from '../../../src/delivery/targets/parse.ts';
import { createFolder } from './folder.ts';

const plain = { isJson: false, slot: null, options: {}, field: 'value' };
const outputRule = 'is not a name for an output: use letters, digits, _ and -, a letter or _ first';

describe('--to', () => {
  test.each([
    ['file:a', { ...plain, scheme: 'file', body: 'a' }],
    ['file:a:b#c', { ...plain, scheme: 'file', body: 'a:b#c' }],
    ['file+json:a', { ...plain, scheme: 'file', isJson: true, body: 'a' }],
    ['dotenv:a#b.env#KEY', { ...plain, scheme: 'dotenv', body: 'a#b.env', slot: 'KEY' }],
    ['session:~/s.json', { ...plain, scheme: 'session', body: '~/s.json' }],
    ['profile', { ...plain, scheme: 'profile', body: '' }],
    ['github-env:TOKEN', { ...plain, scheme: 'github-env', body: 'TOKEN' }],
    ['github-output:token', { ...plain, scheme: 'github-output', body: 'token' }],
    ['exec:tee a#b', { ...plain, scheme: 'exec', body: 'tee a#b' }],
    ['exec+json:tee a', { ...plain, scheme: 'exec', isJson: true, body: 'tee a' }],
    ['gh-secret:acme/app#TOKEN', { ...plain, scheme: 'gh-secret', body: 'acme/app', slot: 'TOKEN' }],
    ['kubernetes:prod/ci#token', { ...plain, scheme: 'kubernetes', body: 'prod/ci', slot: 'token' }],
    ['vault:secret/ci#token', { ...plain, scheme: 'vault', body: 'secret/ci', slot: 'token' }],
    ['aws-secret:ci/nscale', { ...plain, scheme: 'aws-secret', body: 'ci/nscale' }],
    [
      'aws-secret:arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf#token?region=eu-west-2?field=clientId',
      {
        ...plain,
        scheme: 'aws-secret',
        body: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf',
        slot: 'token',
        options: { region: 'eu-west-2' },
        field: 'clientId',
      },
    ],
    ['gitlab-variable:acme#KEY@prod', { ...plain, scheme: 'gitlab-variable', body: 'acme', slot: 'KEY@prod' }],
    ['file:a?field=expiresAt', { ...plain, scheme: 'file', body: 'a', field: 'expiresAt' }],
    ['file:a?field=b?field=value', { ...plain, scheme: 'file', body: 'a?field=b' }],
    ['file+json:a?field=value', { ...plain, scheme: 'file', isJson: true, body: 'a' }],
    ['exec:curl https://x/?field=y/z', { ...plain, scheme: 'exec', body: 'curl https://x/?field=y/z' }],
    ['profile?field=value', { ...plain, scheme: 'profile', body: '' }],
  ])('%s is taken apart', async (given, expected) => {
    await using folder = await createFolder();
    const environment = folder.environment({ profileFile: '/x/token' });
    expect(parseTargets([given], environment)).toStrictEqual({ specs: [{ given, ...expected }], problems: [] });
  });

  const kinds =
    'file[+json], dotenv, session, profile, github-env, github-output, exec[+json], gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler, op';

  test.each([
    ['token.txt', '"token.txt" is not a kind of target; did you mean "file:token.txt"?'],
    ['flie:t', '"flie" is not a kind of target; did you mean "file:t"?'],
    [
      'dotnev:.env#KEY?field=clientId',
      '"dotnev" is not a kind of target; did you mean "dotenv:.env#KEY?field=clientId"?',
    ],
    ['C:\\token', `"C" is not a kind of target; the kinds are ${kinds}`],
    ['File:token', '"File" is not a kind of target; did you mean "file:token"?'],
    ['', `"" is not a kind of target; the kinds are ${kinds}`],
    ['+json:x', `"+json" is not a kind of target; the kinds are ${kinds}`],
    ['toString:x', `"toString" is not a kind of target; the kinds are ${kinds}`],
    ['{provider}:x', `"{provider}" is not a kind of target; the kinds are ${kinds}`],
    ['file', 'a place must follow file:'],
    ['file:', 'a place must follow file:'],
    ['exec+json:', 'a place must follow exec+json:'],
    ['dotenv:', 'a place must follow dotenv:'],
    ['dotenv+json:.env#KEY', 'dotenv does not take +json; only file and exec do'],
    ['profile+json', 'profile does not take +json; only file and exec do'],
    ['profile:prod', 'nothing may follow profile'],
    ['profile:', 'nothing may follow profile'],
    ['profile', 'no profile with a {file} credential is in use'],
    ['dotenv:.env', 'a name must follow, as in dotenv:<where>#<KEY>'],
    ['dotenv:.env#', 'a name must follow, as in dotenv:<where>#<KEY>'],
    ['dotenv:#KEY', 'a name must follow, as in dotenv:<where>#<KEY>'],
    ['gh-secret:acme/app', 'a name must follow, as in gh-secret:<where>#<NAME>'],
    ['aws-secret:#key', 'a name must follow, as in aws-secret:<where>#<json key>'],
    [
      'file:a?field=secret',
      '"secret" is not a part of a credential: the parts are value, clientId, expiresAt, fingerprint and kind; to a name that ends in ?field=…, add ?field=value',
    ],
    ['file+json:a?field=clientId', 'file+json takes the whole credential: leave out +json or ?field=clientId'],
    ['github-output:a.b', `"a.b" ${outputRule}`],
    ['file:a/', "it names a folder; a file's name must follow"],
  ])('%j is refused', async (given, problem) => {
    await using folder = await createFolder();
    expect(parseTargets([given], folder.environment())).toStrictEqual({
      specs: [],
      problems: [`--to "${given}": ${problem}`],
    });
  });

  test('says all that is wrong, and keeps what is right', async () => {
    await using folder = await createFolder();
    const { specs, problems } = parseTargets(['file:a', 'dotenv:b/#1', 'file:{x}\u001B[2J'], folder.environment());
    expect(specs.map(({ given }) => given)).toStrictEqual(['file:a']);
    expect(problems).toStrictEqual([
      `--to "dotenv:b/#1": it names a folder; a file's name must follow`,
      '--to "dotenv:b/#1": "1" is not a name for a variable: use letters, digits and _, no digit first',
      '--to "file:{x}": a path must not have control characters',
    ]);
  });
});
