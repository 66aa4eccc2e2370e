import type { ProviderName } from '../../src/model/account.ts';
import { serviceAt } from './connections.ts';
import type { Answer, Reaction, ServerScript } from './scenario.ts';
import { startServices } from './services.ts';

/** What the services saw of one command after another. */
export interface ServerLog {
  /** Requests of the command that runs now. */
  requests: number;
  /** Those of them that change something. */
  mutations: number;
  /** Those of them that were done. */
  changes: number;
  /** Whether an answer said something untrue: then nothing can be concluded from what the program says. */
  hasLied: boolean;
  /** The providers whose services granted a request so far: one that is not signed in to is not among them. */
  readonly granting: Set<ProviderName>;
  readonly issued: readonly string[];
  readonly accessTokens: readonly string[];
}

/** What a request is answered with, once the service has done what it does. */
export interface Exchange {
  readonly answer: Answer;
  /** The service's own answer. */
  readonly real: { readonly status: number; readonly text: string };
  /** Text with what it stands for in this request. */
  readonly fill: (text: string) => string;
}

export interface Server {
  readonly log: ServerLog;
  /** Gives the request to the service that its path begins with, as far as the script says so. */
  readonly exchange: (request: Request) => Promise<Exchange>;
}

/** More requests than any command has reason to make: it would go on forever. */
export const mostRequests = 3000;

export function startServer(script: ServerScript, onRequest: (log: ServerLog) => void): Server {
  const { emulators, issued, accessTokens } = startServices(script);
  const log: ServerLog = {
    requests: 0,
    mutations: 0,
    changes: 0,
    hasLied: false,
    granting: new Set(),
    issued,
    accessTokens,
  };
  let reacted = 0;

  function next(request: Request): Reaction | null {
    const { reactions, goesOn, begins } = script;
    if (reacted === 0 && begins === 'with a change' && !isMutation(request)) return null;
    const at = reacted;
    reacted += 1;
    return reactions[goesOn ? Math.min(at, reactions.length - 1) : at] ?? null;
  }

  return {
    log,
    exchange: async (request) => {
      log.requests += 1;
      if (isMutation(request)) log.mutations += 1;
      onRequest(log);
      const reaction = next(request);
      const sent = await request.clone().text();
      const commits = reaction === null || reaction.commits || request.method === 'GET';
      const answer: Answer = reaction?.answer ?? plain;
      const real = commits ? await answerOf(emulators, request, log.granting) : nothing;
      if (isMutation(request) && commits && real.status < 300) log.changes += 1;
      if (log.requests > mostRequests) return { answer: { kind: 'reset' }, real, fill };
      if (reaction !== null && isLie(request, commits, answer)) log.hasLied = true;
      return { answer, real, fill };

      function fill(text: string): string {
        const header = request.headers.get('authorization') ?? '';
        return text
          .replaceAll('$AUTH', header)
          .replaceAll('$TOKEN', header.slice(header.indexOf(' ') + 1))
          .replaceAll('$SENT', sent);
      }
    },
  };
}

const plain: Answer = { kind: 'http', status: 0, headers: [], body: { kind: 'real' } };

const nothing = { status: 200, text: '{}' };

/** Requests for access tokens change nothing. */
function isMutation({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  return method !== 'GET' && !new URL(url).pathname.endsWith('/token');
}

/** Whether who believes the answer is deceived of what was done. */
function isLie(request: Request, commits: boolean, answer: Answer): boolean {
  if (answer.kind === 'raw') return true;
  if (answer.kind !== 'http') return false;
  const isTrue = answer.body.kind === 'real' && answer.status === 0;
  if (isTrue) return !commits;
  const { status } = answer;
  if (isMutation(request)) return commits ? status < 500 && status !== 0 : status < 400;
  // A list that lacks an account, or has another date in it.
  return status < 300 || status === 404;
}

async function answerOf(
  emulators: Readonly<Record<ProviderName, { fetch: (request: Request) => Promise<Response> }>>,
  request: Request,
  granting: Set<ProviderName>,
): Promise<Exchange['real']> {
  const url = new URL(request.url);
  const service = serviceAt(url.pathname);
  if (service === null) return { status: 404, text: '' };
  url.pathname = service.path;
  const response = await emulators[service.name].fetch(new Request(url, request));
  if (response.ok) granting.add(service.name);
  return { status: response.status, text: await response.text() };
}
