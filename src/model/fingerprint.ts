import { createHash } from 'node:crypto';

import type { Secret } from './credential.ts';

/** `sha256:` and the first 12 hex digits of the value's SHA-256: tells secrets apart without showing them. */
export function fingerprintOf(secret: Secret): string {
  return `sha256:${createHash('sha256').update(secret.reveal()).digest('hex').slice(0, 12)}`;
}
