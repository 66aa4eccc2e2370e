import type { Context, Handler } from 'hono';

import type { Features, RunaiEmulatorOptions } from './options.ts';
import { requirePermission, requireSomeRule, type Wish } from './permissions.ts';
import type { Query } from './query.ts';
import type { Sessions } from './sessions.ts';

/** A running control plane. */
export interface Deployment {
  readonly options: RunaiEmulatorOptions;
  readonly features: Features;
  readonly sessions: Sessions;
}

/** `caller` is the name of the account that sent the request. */
export type Handle = (c: Context, caller: string) => Promise<Response> | Response;

/** A handler behind the token check and the permission check; `null` asks for any access rule. */
export function guard({ options: { state }, sessions }: Deployment, wish: Wish | null, handle: Handle): Handler {
  return async (c) => {
    const caller = sessions.caller(c.req.header('authorization'));
    if (wish === null) requireSomeRule(state, caller);
    else requirePermission(state, caller, wish);
    return handle(c, caller);
  };
}

/** The parameters of a request's URL. */
export function queryOf(c: Context): Query {
  return new URL(c.req.url).searchParams;
}
