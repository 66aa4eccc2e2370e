import type { HttpClient } from '../../http/client.ts';
import type { Account } from '../../model/account.ts';
import { HttpError } from '../../http/error.ts';
import { sactl, type Hint } from '../../model/hint.ts';
import type { ConnectOptions, ProviderCredential } from '../provider.ts';
import type { Payload } from '../answers.ts';
import { createApi, type Api } from './api.ts';
import { isForbidden } from './problem.ts';
import { toAccount, type AccessRuleRead, type ServiceAccount } from './schema.ts';
import { connectHttp } from './token.ts';

/** What every Run:ai operation works with. */
export interface Connection {
  readonly api: Api;
  /** What the caller signs in with. */
  readonly credential: ProviderCredential;
  /** The access token that requests are sent with. */
  readonly token: () => Promise<string>;
  readonly model: (payload: Payload<ServiceAccount>, rules: readonly AccessRuleRead[] | null) => Account;
}

export function connect(options: ConnectOptions): Connection {
  const { endpoint, profile, credential } = options;
  const { http, token } = connectHttp(options);
  return {
    api: createApi(explainRefusal(http, options), endpoint),
    credential,
    token,
    model: ({ wire, raw }, rules) => toAccount(wire, { raw, rules, profile }),
  };
}

/**
 * A client whose 403 says what may be missing: a new account has no access rule (docs/contracts/runai.md 15.9). Its 401 says
 * what is easily mixed up: a client secret without its client id is sent as a token.
 */
function explainRefusal(http: HttpClient, { credential, profile }: ConnectOptions): HttpClient {
  return {
    send: (request) =>
      http.send(request).catch((error: unknown) => {
        if (isForbidden(error)) throw error.with({ hint: forbiddenHint(credential) });
        const isToken = error instanceof HttpError && error.status === 401 && credential.clientId === null;
        throw isToken ? error.with({ hint: tokenHint(credential, profile) }) : error;
      }),
  };
}

function tokenHint({ source }: ProviderCredential, profile: string | null): Hint {
  const may = `check the access token from ${source}: it may have expired; if it is a client secret, give its client id, too: `;
  if (profile === null) return `${may}RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET`;
  return [may, sactl`config set ${`profiles.${profile}.clientId`} <client id>`];
}

function forbiddenHint({ source, clientId }: ProviderCredential): Hint {
  const isName = clientId !== null && /^\w[\w.-]*$/.test(clientId);
  const create = sactl`accessrules create --provider runai`;
  const account = isName ? sactl`--account ${clientId}` : sactl`--account <name>`;
  return [
    `the credential from ${source} lacks the permission; its account may have no access rule yet: `,
    sactl`${create} ${account} --role <role> --scope <scope>`,
  ];
}
