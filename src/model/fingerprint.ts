import { hash } from 'node:crypto';

import type { Secret } from './credential.ts';

/** `sha256:` and the first 12 hex digits of the value's SHA-256: tells secrets apart without showing them. */
export function fingerprintOf(secret: Secret): string {
  return `sha256:${hash('sha256', secret.reveal()).slice(0, 12)}`;
}
