import { describe, expect, test } from 'vitest';

import { HttpError } from '../../../src/http/error.ts';
import type { Issued } from '../../../src/providers/issuance.ts';
import { nscale } from '../../../src/providers/nscale/index.ts';
import { organizationId } from '../../harness/nscale.ts';
import { testNow } from '../../harness/context.ts';
import { ciDeploy } from './ci-deploy.ts';

const answer = {
  metadata: {
    id: ciDeploy,
    name: 'ci-deploy',
    organizationId,
    provisioningStatus: 'provisioned',
    tags: [{ name: 'team', value: 'platform' }],
  },
  spec: { groupIDs: ['g1'] },
  status: { expiry: '2027-02-20T12:00:00Z', accessToken: 'the.kept-token' },
};

/** Reads bytes as they come out of the journal. */
function read(text: string | Uint8Array): Issued {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return nscale.readAnswer(bytes, {
    operation: 'rotate',
    account: { id: ciDeploy, name: 'ci-deploy', clientId: null },
    profile: 'prod',
    now: testNow,
  });
}

/** The error of bytes that cannot be read. */
function refusal(text: string | Uint8Array): HttpError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
  throw new Error('this was expected to fail');
}

/** The answer with a byte in its token that UTF-8 does not have. */
function broken(): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(answer));
  return bytes.with(bytes.indexOf('.'.charCodeAt(0), bytes.lastIndexOf(':'.charCodeAt(0))), 0xff);
}

describe('an answer that was kept', () => {
  test.each([
    ['as it came', JSON.stringify(answer)],
    ['with white space', `\n${JSON.stringify(answer, null, 2)}\n`],
  ])('holds account and token: %s', (_, text) => {
    const { account, credential, payload } = read(text);
    expect(account).toEqual({
      provider: 'nscale',
      profile: 'prod',
      id: ciDeploy,
      name: 'ci-deploy',
      description: null,
      organization: organizationId,
      status: 'active',
      enabled: null,
      clientId: null,
      groups: ['g1'],
      tags: { team: 'platform' },
      accessRules: null,
      createdAt: null,
      createdBy: null,
      updatedAt: null,
      lastUsedAt: null,
      expiresAt: '2027-02-20T12:00:00Z',
      tokens: [],
      raw: { ...answer, status: { expiry: '2027-02-20T12:00:00Z' } },
    });
    expect({ ...credential, value: credential.value.reveal() }).toEqual({
      kind: 'access-token',
      value: 'the.kept-token',
      clientId: null,
      expiresAt: '2027-02-20T12:00:00Z',
    });
    expect(payload.reveal()).toBe('the.kept-token');
  });

  test.each(['the.kept-token', null])('prints raw with %s in its place', (secret) => {
    const { raw } = read(JSON.stringify(answer));
    expect(raw(secret)).toEqual({ ...answer, status: { expiry: '2027-02-20T12:00:00Z', accessToken: secret } });
  });

  test('is trimmed as every token is', () => {
    const status = { accessToken: ' the.kept-token\n' };
    expect(read(JSON.stringify({ ...answer, status })).payload.reveal()).toBe('the.kept-token');
  });
});

describe('an answer without a credential', () => {
  const foreign = 'cannot read the answer that was kept: it is not an answer with a credential';
  const empty = "cannot read the answer that was kept: nscale's answer holds no token";

  test.each([
    ['cut', JSON.stringify(answer).slice(0, -2), foreign],
    ['a page', '<html>the.kept-token</html>', foreign],
    ['empty', '', foreign],
    ['no text', Uint8Array.from([0xff, 0xfe, 0x00]), foreign],
    ['not all text', broken(), foreign],
    ["another provider's", JSON.stringify({ clientSecret: 'the.kept-token' }), foreign],
    ['null', 'null', foreign],
    ['without a token', JSON.stringify({ ...answer, status: {} }), empty],
    ['with an empty token', JSON.stringify({ ...answer, status: { accessToken: ' ' } }), empty],
  ])('is refused, and nothing of it is quoted: %s', (_, text, message) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'bad_answer', message, provider: 'nscale' });
    expect(error.cause).toBeUndefined();
  });
});
