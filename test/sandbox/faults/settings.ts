import { http } from 'msw';
import { setupServer } from 'msw/node';
import { onTestFinished } from 'vitest';

import type { Fetch } from '../../harness/fetch.ts';
import type { Emulator } from '../../../src/sandbox/emulator.ts';
import { inProcess } from '../../../src/sandbox/in-process.ts';
import { serve } from '../../../src/sandbox/server.ts';

/** An emulator as a client reaches it, until the test is over. */
export interface Reachable {
  readonly origin: string;
  readonly fetch: Fetch;
  /** The code that a client finds on a connection that was reset. */
  readonly resetCode: 'ECONNRESET' | null;
}

/** The three ways to an emulator, each of which breaks connections in its own manner. */
export const settings: readonly (readonly [
  name: string,
  open: (emulator: Emulator) => Reachable | Promise<Reachable>,
])[] = [
  ['in process', openInProcess],
  ['over HTTP', openHttp],
  ['behind msw', openMsw],
];

export function openInProcess(emulator: Emulator): Reachable {
  const origin = 'https://emulator.sandbox.invalid';
  return { origin, fetch: inProcess(emulator, origin), resetCode: 'ECONNRESET' };
}

async function openHttp(emulator: Emulator): Promise<Reachable> {
  const server = await serve(emulator, { port: 0 });
  onTestFinished(() => server.close());
  return { origin: server.url, fetch: globalThis.fetch, resetCode: 'ECONNRESET' };
}

function openMsw(emulator: Emulator): Reachable {
  const origin = 'https://emulator.example.com';
  const server = setupServer(
    // An exception would become an answer with status 500.
    http.all(`${origin}/*`, ({ request }) => emulator.fetch(request).catch(() => Response.error())),
  );
  server.listen({ onUnhandledRequest: 'error' });
  onTestFinished(() => server.close());
  return { origin, fetch: globalThis.fetch, resetCode: null };
}

/** What a client saw of one request. */
export type Sight =
  | { readonly kind: 'no answer'; readonly code: unknown }
  | {
      readonly kind: 'answer' | 'broken answer';
      readonly status: number;
      readonly headers: Headers;
      /** As much of the body as arrived. */
      readonly text: string;
    };

/** Waits for the answer, however it ends. */
export async function watch(answer: Promise<Response>): Promise<Sight> {
  let response: Response;
  try {
    response = await answer;
  } catch (error) {
    return { kind: 'no answer', code: codeOf(error) };
  }
  const { status, headers } = response;
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  } catch (error) {
    if (!(error instanceof TypeError && error.message === 'terminated')) throw error;
    return { kind: 'broken answer', status, headers, text };
  }
  return { kind: 'answer', status, headers, text };
}

/** Where clients look for the reason of a network error, or the name of another one. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error instanceof Error ? error.name : error;
  return error.cause instanceof Error && 'code' in error.cause ? error.cause.code : null;
}
