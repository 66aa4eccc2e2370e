import type { ProviderName } from '../../src/model/account.ts';

/** Everything that must not be seen: each is found nowhere else. */
export const secrets = {
  nscale: 'caller.nscale.5b1f0c7e2d9a48e6b3c4',
  runai: 'caller-runai-8e21d4f7c05b4a13a9f2',
  /** A session of Augment that is in the environment. */
  augment: 'caller.augment.c36d9e80f1724b5fa7d8',
  /** The new token that a person brings. */
  supplied: 'brought.augment.71a4e9c2d8b34f60b5e1',
  /** Of something else, in the same environment. */
  other: 'other-secret-0f9e8d7c6b5a49382716',
} as const satisfies Readonly<Record<ProviderName | 'supplied' | 'other', string>>;

/** The new token as the web console gives it. */
export const broughtSession = sessionWith(secrets.supplied);

/** What the caller signs in with, as the environment has it. */
export const callerSecrets: Readonly<Record<ProviderName, string>> = {
  nscale: secrets.nscale,
  runai: secrets.runai,
  augment: sessionWith(secrets.augment),
};

function sessionWith(accessToken: string): string {
  return JSON.stringify({ accessToken, tenantURL: 'https://acme.api.augmentcode.com/', scopes: ['read', 'write'] });
}

/** The n-th credential of a provider. */
export function issuedSecret(provider: string, count: number): string {
  return `issued.${provider}.${count}.${'7c1e5d3b9a8f'.repeat(2)}`;
}

/** How a secret may be written down: as it is, in hexadecimal, and in base64, which depends on what stands before it. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((start) => bytes.subarray(start));
  return [
    secret,
    bytes.toString('hex'),
    // Without the end, which depends on what follows.
    ...shifted.flatMap((part) => [part.toString('base64').slice(0, -4), part.toString('base64url').slice(0, -4)]),
  ];
}
