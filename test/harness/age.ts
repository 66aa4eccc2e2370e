/** Two age identities, and who they are the identities of. */
export const ops = {
  recipient: 'age1dkww94cm7h6z8wtsv9g4zdlxvdzhuyfwcrjdfmqkw6xpq9rkgvds8vancy',
  identity: 'AGE-SECRET-KEY-1GCJ3HCMWJ5VSZG55JECNWV3RC2WCMFY7LLWPUTU0NPVFJS7WTYCST7JTWH',
} as const;

export const breakGlass = {
  recipient: 'age1epu94p6p8sjgvhu3xplaswwxqp5wx33a89cd4akt2mj0rsypy3js6xmrg8',
  identity: 'AGE-SECRET-KEY-1PDCFJWTNUTPSGCVGZXHF7XK6HG5QUNU36UWTGW7S2VGSN0UVNZKQD7P7MA',
} as const;

/** A file of identities as `age-keygen` writes it. */
export function keyFile(...keys: readonly { readonly recipient: string; readonly identity: string }[]): string {
  const parts = keys.map(
    ({ recipient, identity }) => `# created: 2026-11-29T22:53:30Z\n# public key: ${recipient}\n${identity}\n`,
  );
  return parts.join('');
}
