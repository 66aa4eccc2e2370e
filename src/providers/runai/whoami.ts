import { wholeSeconds } from '../../model/account.ts';
import { AuthError } from '../../errors.ts';
import { payloads, verificationOf } from '../answers.ts';
import type {
  ConnectOptions,
  Identity,
  OwnCredential,
  ProviderCredential,
  Verification,
  VerificationOptions,
} from '../provider.ts';
import type { Connection } from './connection.ts';
import { isForbidden } from './problem.ts';
import { Permission } from './schema.ts';
import { expiryOf, exchange } from './token.ts';

/** The permissions show that the credential works, the client id says who it is (docs/contracts/runai.md 10). */
export async function whoami({ api }: Connection, clientId: string | null): Promise<Identity> {
  const permissions = await api
    .read('/api/v1/authorization/permissions', 'read your permissions', payloads(Permission))
    .catch((error: unknown) => {
      // No version documents it, and it does not say that nothing is allowed (docs/contracts/runai.md 10).
      if (isForbidden(error)) return null;
      throw error;
    });
  return {
    subject: clientId ?? 'unknown',
    kind: clientId === null ? 'unknown' : 'service-account',
    organizations: [],
    permissions: permissions?.map(({ wire }) => `${wire.resourceType}: ${wire.actions.join(', ')}`).toSorted() ?? null,
  };
}

/** A client's secret does not end by itself (docs/contracts/runai.md 3); an access token may say when it ends. */
export async function ownCredential({ clientId, read }: ProviderCredential): Promise<OwnCredential | null> {
  if (clientId !== null) return { expiresAt: null, accountId: null };
  const expiresAt = wholeSeconds(expiryOf((await read()).reveal()));
  return expiresAt === null ? null : { expiresAt, accountId: null };
}

/** Signs in with it: a token request says whether a client id and a secret fit each other (docs/contracts/runai.md 2). */
export async function verifyCredential(options: VerificationOptions): Promise<Verification> {
  const { createHttp, credential, endpoint, now } = options;
  const { clientId, value } = credential;
  if (clientId === null) return { works: null, why: 'the client id of the account is not known' };
  const http = createHttp({ source: 'the answer', header: () => Promise.resolve('') });
  const grant = { endpoint, clientId, secret: value.reveal(), now: now() };
  const signIn = exchange(http, grant);
  try {
    await signIn;
    return { works: true, why: null };
  } catch (error) {
    if (!(error instanceof AuthError)) return verificationOf(signIn, []);
    // A disabled account is refused like one with another secret.
    return { works: false, why: `${error.message}: it was replaced, or its account is disabled` };
  }
}

/** An access token outlives the secret it was got with, so a client id and its secret are exchanged anew. */
export async function verifyOwnCredential(connection: Connection, options: ConnectOptions): Promise<boolean> {
  const { clientId, read } = options.credential;
  if (clientId === null) {
    return whoami(connection, null).then(
      () => true,
      () => false,
    );
  }
  const credential = { kind: 'client-secret', value: await read(), clientId, expiresAt: null } as const;
  return (await verifyCredential({ ...options, credential })).works === true;
}
