import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

import type { Context } from '../context.ts';

export interface IdleWatch {
  /**
   * Milliseconds that a connection rests before it is used again. A server may end it right after an answer without having
   * said so, and what is sent into that is lost.
   */
  readonly restMs: number;
  /** Is told of every connection that the server ends while nothing is asked. */
  readonly onEnd: () => void;
  readonly timeout: Context['timeout'];
}

/**
 * Listens to the connections that an agent keeps while nothing is asked. One on which something comes then, such as the 408
 * of a gateway that closes it, is ended: Node 20 takes that for the answer to what is asked next.
 */
export function watchIdle(agent: Agent, { restMs, onEnd, timeout }: IdleWatch): Agent {
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
