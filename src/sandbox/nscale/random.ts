import { randomBytes, randomUUID } from 'node:crypto';

/** Random like nscale's ids, whose first character is a letter. */
export function randomId(): string {
  const id = randomUUID();
  const letter = 'abcdef'[Number.parseInt(id.charAt(0), 16) % 6] ?? 'a';
  return `${letter}${id.slice(1)}`;
}

/** Five segments, as compact JWE has; nobody but the emulator can read it. */
export function randomToken(): string {
  return [48, 64, 16, 96, 22].map((bytes) => randomBytes(bytes).toString('base64url')).join('.');
}
