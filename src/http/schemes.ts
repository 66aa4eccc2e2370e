import type { Agent, AgentOptions, ClientRequest, RequestOptions } from 'node:http';
import type { SecureContext } from 'node:tls';

import type { Context } from '../context.ts';
import { watchIdle } from './idle.ts';

/** Node's `http`, or its `https`, and the connections that it makes. */
export interface Scheme {
  readonly request: (url: URL, options: RequestOptions) => ClientRequest;
  /** Whose connections a request takes. */
  readonly agentFor: (use: Use) => Agent;
  /** What a socket says once a request can be written to it. */
  readonly ready: 'connect' | 'secureConnect';
}

/** What a connection is for: a read that is lost is asked again, and of a change that is lost nobody knows what came of it. */
type Use = 'read' | 'change';

/** As undici has it: an idle connection is closed by us before most servers do, and a request into that gap is lost. */
const forReads = { keepAlive: true, timeout: 4000 };

/** Long enough for one change of many after the other. */
const forChanges = { keepAlive: true, timeout: 1000 };

/**
 * Loads the scheme of a URL when it is first asked for. By what is trusted there are connections of their own: none is
 * ever used for somebody who would not have opened it.
 */
export function createSchemes(
  timeout: Context['timeout'],
): (url: URL, trust: SecureContext | undefined) => Promise<Scheme> {
  let http: Promise<Scheme> | null = null;
  const https = new Map<SecureContext | undefined, Promise<Scheme>>();
  return ({ protocol }, trust) => {
    if (protocol === 'http:') return (http ??= loadHttp(timeout));
    const scheme = https.get(trust) ?? loadHttps(timeout, trust);
    https.set(trust, scheme);
    return scheme;
  };
}

async function loadHttp(timeout: Context['timeout']): Promise<Scheme> {
  const { Agent: HttpAgent, request } = await import('node:http');
  return {
    request,
    agentFor: agents(timeout, (options) => new HttpAgent(options)),
    ready: 'connect',
  };
}

async function loadHttps(timeout: Context['timeout'], secureContext: SecureContext | undefined): Promise<Scheme> {
  const { Agent: HttpsAgent, request } = await import('node:https');
  return {
    request,
    agentFor: agents(timeout, (options) => new HttpsAgent({ ...options, secureContext })),
    ready: 'secureConnect',
  };
}

/**
 * A change never takes a connection that a read has used, whose server may be about to end it. Once a server has ended one
 * that it kept, every change has a connection of its own.
 */
function agents(timeout: Context['timeout'], create: (options: AgentOptions) => Agent): Scheme['agentFor'] {
  const reads = watchIdle(create(forReads), { restMs: 0, onEnd: () => undefined, timeout });
  const single = create({ keepAlive: false });
  let changes = watchIdle(create(forChanges), {
    restMs: 5,
    timeout,
    onEnd: () => {
      changes = single;
    },
  });
  return (use) => (use === 'read' ? reads : changes);
}
