import { describe, expect, test } from 'vitest';

import { HttpError } from '../../../src/http/error.ts';
import type { AnswerContext } from '../../../src/providers/issuance.ts';
import { runai } from '../../../src/providers/runai/index.ts';
import { testNow } from '../../harness/context.ts';

const known = { id: 'a1', name: 'ci', clientId: 'ci-client' };
const rotation: AnswerContext = { operation: 'rotate', account: known, profile: 'gpu', now: testNow };
const creation: AnswerContext = {
  operation: 'create',
  account: { id: null, name: 'ci', clientId: 'ci' },
  profile: null,
  now: testNow,
};

function bytesOf(answer: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(answer));
}

/** What is read out of an answer, with its secret revealed. */
function read(answer: unknown, context: AnswerContext): unknown {
  const { account, credential, payload, raw } = runai.readAnswer(bytesOf(answer), context);
  const { provider, profile, id, name, clientId, enabled, status, accessRules } = account;
  return {
    account: { provider, profile, id, name, clientId, enabled, status, accessRules },
    credential: { ...credential, value: credential.value.reveal() },
    payload: payload.reveal(),
    raw: raw('shown'),
    rawWithout: raw(null),
  };
}

/** What the answers say nothing of. */
const unread = { provider: 'runai', enabled: null, status: 'unknown', accessRules: null };

/** The secret's key, and the versions that use it (docs/contracts/runai.md 12). */
describe.each([
  ['clientSecret', '2.24 and later'],
  ['secret', 'before 2.24'],
])('an answer with "%s" (%s)', (key) => {
  test('to a create says whose it is', () => {
    const answer = { id: 'b2', name: 'ci', clientId: 'c1', [key]: 'the-secret' };
    expect(read(answer, creation)).toEqual({
      account: { ...unread, profile: null, id: 'b2', name: 'ci', clientId: 'c1' },
      credential: { kind: 'client-secret', value: 'the-secret', clientId: 'c1', expiresAt: null },
      payload: 'the-secret',
      raw: { ...answer, [key]: 'shown' },
      rawWithout: { ...answer, [key]: null },
    });
  });

  test('to a create without a client id belongs to the one that was intended', () => {
    expect(read({ id: 'b2', name: 'ci', [key]: 'the-secret' }, creation)).toMatchObject({
      account: { id: 'b2', clientId: 'ci' },
      credential: { clientId: 'ci' },
    });
  });

  test('to a create without one, of an account of which nothing else is known, by its name', () => {
    const context = { ...creation, account: { id: null, name: 'ci', clientId: null } };
    expect(read({ id: 'b2', name: 'ci', [key]: 'the-secret' }, context)).toMatchObject({
      credential: { clientId: 'ci' },
    });
  });

  test('to a rotation is the account’s that was rotated', () => {
    expect(read({ [key]: ' the-secret\n' }, rotation)).toEqual({
      account: { ...unread, profile: 'gpu', ...known },
      credential: { kind: 'client-secret', value: 'the-secret', clientId: 'ci-client', expiresAt: null },
      payload: 'the-secret',
      raw: { [key]: 'shown' },
      rawWithout: { [key]: null },
    });
  });
});

describe('what holds no secret is an error that quotes nothing', () => {
  const noSecret = "cannot read the answer that was kept: Run:ai's answer holds no secret";
  const noAnswer = 'cannot read the answer that was kept: it is not an answer with a credential';

  test.each([
    ['an empty object', rotation, '{}', noSecret],
    ['a blank secret', rotation, '{"clientSecret":" "}', noSecret],
    ['a created account only', creation, '{"id":"b2","name":"ci"}', noSecret],
    ['a secret without an account', creation, '{"clientSecret":"s3cret"}', noAnswer],
    ['a secret that is no text', rotation, '{"clientSecret":["s3cret"]}', noAnswer],
    ['a list', rotation, '["s3cret"]', noAnswer],
    ['text', rotation, '"s3cret"', noAnswer],
    ['half an answer', rotation, '{"clientSecret":"s3cr', noAnswer],
    ['a page', creation, '<html>s3cret</html>', noAnswer],
    ['nothing', creation, '', noAnswer],
  ])('%s', (_, context, text, message) => {
    let thrown: unknown = null;
    try {
      runai.readAnswer(new TextEncoder().encode(text), context);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(HttpError);
    expect(thrown).toMatchObject({ code: 'bad_answer', provider: 'runai', message });
  });
});
