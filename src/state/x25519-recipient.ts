import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

import { base64nopad, base64urlnopad, bech32 } from '@scure/base';
import type { Recipient, Stanza } from 'age-encryption';

const label = 'age-encryption.org/v1/X25519';

/** Each key wraps one file key, so that the nonce may always be the same. */
const nonce = Buffer.alloc(12);

/**
 * A recipient `age1…` by Node's own cryptography, which makes the same stanzas as the library's in a fifth of the time
 * (https://github.com/C2SP/C2SP/blob/main/age.md, "The X25519 recipient type"; docs/decisions/sealing.md).
 * @returns null where Node may not use these algorithms, as in FIPS mode, or the text is another kind of recipient
 */
export function x25519Recipient(text: string): Recipient | null {
  try {
    const { prefix, bytes } = bech32.decodeToBytes(text);
    // A private key has as many bytes, and a recipient has small letters.
    if (prefix !== 'age' || !text.startsWith(prefix)) return null;
    const recipient = new X25519Recipient(bytes);
    recipient.wrapFileKey(new Uint8Array(16));
    return recipient;
  } catch {
    return null;
  }
}

class X25519Recipient implements Recipient {
  readonly #point: Uint8Array;
  readonly #key: KeyObject;

  constructor(point: Uint8Array) {
    this.#point = point;
    this.#key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: base64urlnopad.encode(point) } });
  }

  wrapFileKey(fileKey: Uint8Array): Stanza[] {
    const { privateKey, publicKey } = generateKeyPairSync('x25519');
    const share = base64urlnopad.decode(publicKey.export({ format: 'jwk' }).x ?? '');
    const secret = diffieHellman({ privateKey, publicKey: this.#key });
    const key = Buffer.from(hkdfSync('sha256', secret, Buffer.concat([share, this.#point]), label, 32));
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
    const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
    return [{ args: ['X25519', base64nopad.encode(share)], body }];
  }
}
