import { bech32 } from '@scure/base';
import { Decrypter, Encrypter } from 'age-encryption';
import { describe, expect, it } from 'vitest';

import { x25519Recipient } from '../../src/state/x25519-recipient.ts';
import { breakGlass, ops } from '../harness/age.ts';

function ours(text: string): NonNullable<ReturnType<typeof x25519Recipient>> {
  const recipient = x25519Recipient(text);
  if (recipient === null) throw new Error('there is no X25519 here');
  return recipient;
}

async function opened(file: Uint8Array, identity: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return Buffer.from(await decrypter.decrypt(file)).toString();
}

describe('a recipient by the cryptography of Node', () => {
  it.each([ops, breakGlass])('is opened by age: $recipient', async ({ identity }) => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(ours(ops.recipient));
    encrypter.addRecipient(ours(breakGlass.recipient));
    expect(await opened(await encrypter.encrypt('for both'), identity)).toBe('for both');
  });

  it('is opened by nobody else', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(ours(ops.recipient));
    const file = await encrypter.encrypt('for one');
    await expect(opened(file, breakGlass.identity)).rejects.toThrow('no identity matched');
  });

  it('wraps each file key with a key of its own', async () => {
    const recipient = ours(ops.recipient);
    const fileKey = new Uint8Array(16).fill(7);
    const stanzas = [...(await recipient.wrapFileKey(fileKey)), ...(await recipient.wrapFileKey(fileKey))];
    expect(stanzas.map(({ args: [kind, share = ''], body }) => [kind, share.length, body.length])).toEqual([
      ['X25519', 43, 32],
      ['X25519', 43, 32],
    ]);
    expect(new Set(stanzas.map(({ args: [, share] }) => share)).size).toBe(2);
    expect(new Set(stanzas.map(({ body }) => Buffer.from(body).toString('hex'))).size).toBe(2);
  });

  it.each([
    ['whose checksum is wrong', ops.recipient.replace(/.$/, 'x')],
    ['of another kind', 'age1tag1qwertyuiopasdfghjkl'],
    ['that is an identity', ops.identity],
    ['that is an identity in small letters', ops.identity.toLowerCase()],
    ['in capitals', ops.recipient.toUpperCase()],
    ['with too few bytes', bech32.encode('age', bech32.toWords(new Uint8Array(31).fill(9)))],
    ['that is a point of low order', bech32.encode('age', bech32.toWords(new Uint8Array(32)))],
  ])('leaves one %s to the library', (_, text) => {
    expect(x25519Recipient(text)).toBeNull();
  });
});
