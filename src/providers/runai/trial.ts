import type { ConnectOptions, Trial, TrialOptions } from '../provider.ts';
import { trialOf } from '../trial.ts';
import type { Connection } from './connection.ts';
import { exchange } from './token-exchange.ts';
import { whoami } from './whoami.ts';

/** Signs in with it: the token request itself says whether a client id and a secret belong together (contracts/runai.md 2). */
export async function tryCredential(options: TrialOptions): Promise<Trial> {
  const { createHttp, credential, endpoint, now } = options;
  const { clientId, value } = credential;
  if (clientId === null) return { works: null, why: 'the client id of the account is not known' };
  const http = createHttp({ source: 'the answer', header: () => Promise.resolve('') });
  const grant = { endpoint, clientId, secret: value.reveal(), now: now() };
  const { works, why } = await trialOf(exchange(http, grant), { refusals: [400, 401] });
  // A disabled account is refused like one with another secret.
  return { works, why: works === false ? `${why ?? ''}: ${reasons}` : why };
}

const reasons = 'it was replaced, or its account is disabled';

/** An access token outlives the secret it was got with, so a client id and its secret are exchanged anew. */
export async function tryOwnCredential(connection: Connection, options: ConnectOptions): Promise<boolean> {
  const { clientId, read } = options.credential;
  if (clientId === null) {
    return whoami(connection, null).then(
      () => true,
      () => false,
    );
  }
  const credential = {
    kind: 'client-secret',
    value: await read(),
    clientId,
    expiresAt: null,
  } as const;
  return (await tryCredential({ ...options, credential })).works === true;
}
