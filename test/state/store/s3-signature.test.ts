import { describe, expect, it } from 'vitest';

import { sha256, signedHeaders, type Unsigned } from '../../../src/state/store/s3-signature.ts';

/** What the examples in the documentation of AWS have in common: sig-v4-header-based-auth, "Examples: signature calculations". */
const example = {
  method: 'GET',
  headers: {},
  bodyHash: sha256(''),
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
  region: 'us-east-1',
  now: Date.parse('2013-05-24T00:00:00Z'),
} as const;

const base = 'https://examplebucket.s3.amazonaws.com';

function signatureOf(request: Pick<Unsigned, 'url'> & Partial<Unsigned>): string | undefined {
  const { authorization = '' } = signedHeaders({ ...example, ...request }, new Map());
  return /Signature=([0-9a-f]{64})$/.exec(authorization)?.[1];
}

describe('a signature', () => {
  it.each<[string, Pick<Unsigned, 'url'> & Partial<Unsigned>, string]>([
    [
      'of an object that is read',
      { url: new URL(`${base}/test.txt`), headers: { range: 'bytes=0-9' } },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'of an object that is written, with a name that has to be encoded',
      {
        url: new URL(`${base}/test$file.text`),
        method: 'PUT',
        headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        bodyHash: sha256('Welcome to Amazon S3.'),
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'of a query without a value',
      { url: new URL(`${base}/?lifecycle`) },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'of a list',
      { url: new URL(`${base}/?max-keys=2&prefix=J`) },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('%s is that of the documentation', (_name, request, signature) => {
    expect(signatureOf(request)).toBe(signature);
  });

  it('is the same whatever the order of the query, and however the path is encoded', () => {
    const one = signatureOf({ url: new URL(`${base}/a(b)/c%20d?b=1&a=2 3`) });
    const other = signatureOf({ url: new URL(`${base}/a%28b%29/c d?a=2+3&b=1`) });
    expect(one).toBe(other);
  });

  it('covers the session token', () => {
    const url = new URL(`${base}/k`);
    const headers = signedHeaders({ ...example, url, sessionToken: 'token' }, new Map());
    expect(headers).toMatchObject({ 'x-amz-security-token': 'token' });
    expect(headers['authorization']).toContain(
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token',
    );
  });

  it('is made with the key of its day, region and secret, whatever was signed before', () => {
    const keys = new Map();
    const url = new URL(`${base}/k`);
    const requests = [{}, { now: example.now + 86_400_000 }, { region: 'eu-west-1' }, { secretAccessKey: 'x' }, {}];
    const [first, ...others] = requests.map((one) => signedHeaders({ ...example, url, ...one }, keys)['authorization']);
    const alone = requests.map((one) => signedHeaders({ ...example, url, ...one }, new Map())['authorization']);
    expect([first, ...others]).toEqual(alone);
    expect(new Set(alone).size).toBe(4);
  });
});
