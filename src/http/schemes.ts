import type { Agent, AgentOptions, ClientRequest, RequestOptions } from 'node:http';
import type { SecureContext } from 'node:tls';
import type { Socket } from 'node:net';

import type { Context } from '../context.ts';

/** Node's `http`, or its `https`, and the connections that it makes. */
export interface HttpScheme {
  readonly request: (url: URL, options: RequestOptions) => ClientRequest;
  /** Whose connections a request takes. */
  readonly agentFor: (use: Use) => Agent;
  /** What a socket says once a request can be written to it. */
  readonly ready: 'connect' | 'secureConnect';
}

/** What a connection is for: a lost read is repeated; the outcome of a lost change is unknown. */
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
): (url: URL, trust: SecureContext | undefined) => Promise<HttpScheme> {
  let http: Promise<HttpScheme> | null = null;
  const https = new Map<SecureContext | undefined, Promise<HttpScheme>>();
  return ({ protocol }, trust) => {
    if (protocol === 'http:') return (http ??= loadHttp(timeout));
    const scheme = https.get(trust) ?? loadHttps(timeout, trust);
    https.set(trust, scheme);
    return scheme;
  };
}

async function loadHttp(timeout: Context['timeout']): Promise<HttpScheme> {
  const { Agent: HttpAgent, request } = await import('node:http');
  return { request, agentFor: agents(timeout, (options) => new HttpAgent(options)), ready: 'connect' };
}

async function loadHttps(timeout: Context['timeout'], secureContext: SecureContext | undefined): Promise<HttpScheme> {
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
function agents(timeout: Context['timeout'], create: (options: AgentOptions) => Agent): HttpScheme['agentFor'] {
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

export interface IdleWatch {
  /**
   * Milliseconds that a connection rests before it is used again. A server may end it right after an answer without having
   * said so, and what is sent into that is lost.
   */
  readonly restMs: number;
  /** Called with every connection that the server ends between requests. */
  readonly onEnd: () => void;
  readonly timeout: Context['timeout'];
}

/**
 * Listens to the connections that an agent keeps while nothing is asked. One on which something comes then, such as the 408
 * of a gateway that closes it, is ended: Node 20 takes that for the answer to what is asked next.
 */
function watchIdle(agent: Agent, { restMs, onEnd, timeout }: IdleWatch): Agent {
  function listen(socket: Socket): void {
    if (socket.readableLength > 0) socket.destroy();
    socket.on('data', endSocket);
    socket.on('end', onEnd);
  }
  const emit = agent.emit.bind(agent);
  agent.emit = (event: string | symbol, ...values: unknown[]) => {
    if (event !== 'free') return emit(event, ...values);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Node says with this event
    const socket = values[0] as Socket;
    listen(socket);
    if (restMs === 0) return emit(event, ...values);
    // The agent listens once it has the connection back.
    socket.on('error', endSocket);
    timeout(restMs).signal.addEventListener('abort', () => {
      socket.off('error', endSocket);
      if (!socket.destroyed) emit(event, ...values);
    });
    return true;
  };
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    socket.off('data', endSocket);
    socket.off('end', onEnd);
    reuse(socket, request);
  };
  return agent;
}

function endSocket(this: Socket): void {
  this.destroy();
}
