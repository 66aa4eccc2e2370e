import type { Context, Environment } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { describeAddress, type StoreAddress } from '../../model/store-address.ts';
import { Secret } from '../../model/credential.ts';
import { safeText } from '../../model/text.ts';
import { findProgram, type ProgramPlace } from '../../programs/find-program.ts';
import { runProgram } from '../../programs/program.ts';
import { scrub } from '../../programs/scrub.ts';
import { StateError } from './store.ts';

export interface KubernetesOptions extends Pick<
  Context,
  'cwd' | 'homeDirectory' | 'now' | 'platform' | 'sleep' | 'timeout'
> {
  readonly address: Extract<StoreAddress, { kind: 'kubernetes' }>;
  /** All of the environment of kubectl. */
  readonly env: Environment;
}

/** One request to the API server. */
export interface ApiRequest {
  readonly verb: 'get' | 'create' | 'replace' | 'delete';
  /** e.g. `/api/v1/namespaces/ops/secrets`. */
  readonly path: string;
  readonly body?: object;
  /** What the body holds, and must not be repeated. */
  readonly secret?: string;
}

/** What it answered, or why it did not do it. */
export type ApiAnswer =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | { readonly kind: 'silent'; readonly message: string; readonly isUnsent: boolean };

const timeoutMs = 15_000;

/** Of one page of a list. */
const largestOutput = 64 * 1024 * 1024;

/**
 * Sends requests by the user's own kubectl, as they are: with `--raw` it makes one call, asks for no schema, and needs no
 * rights besides. A signal does not end it: what is under way has to be recorded.
 */
export function createApi({ address, env, ...ctx }: KubernetesOptions): (request: ApiRequest) => Promise<ApiAnswer> {
  const context = address.context === null ? [] : [`--context=${address.context}`];
  let found: Promise<string> | null = null;
  return async ({ verb, path, body, secret = '' }) => {
    found ??= findKubectl(address, { ...ctx, env });
    const end = await runProgram(ctx, {
      path: await found,
      args: [...context, verb, '--raw', path, ...(body === undefined ? [] : ['-f', '-'])],
      cwd: ctx.cwd,
      env,
      input: body === undefined ? '' : JSON.stringify(body),
      keeps: { stdout: largestOutput, stderr: 64 * 1024 },
      mustFit: true,
      hasGroup: true,
      lastWordsMs: 1000,
      timeoutMs,
      signal: null,
    });
    if (end.problem === null) return readOutput(end.stdout);
    const said = safeText(scrub(end.stderr, secret === '' ? [] : [new Secret(secret)], end.isCut), 300);
    if (end.exitCode === null)
      return { kind: 'silent', message: `kubectl ${end.problem}`, isUnsent: end.error !== null };
    return readFailure(said);
  };
}

async function findKubectl(address: StoreAddress, place: ProgramPlace): Promise<string> {
  try {
    return await findProgram('kubectl', place);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    const message = `cannot use ${describeAddress(address)}: ${cause.message}`;
    throw new StateError(message, { cause, hint: cause.hint });
  }
}

function readOutput(stdout: string): ApiAnswer {
  try {
    const value: unknown = JSON.parse(stdout);
    return { kind: 'done', value };
  } catch {
    return { kind: 'silent', message: 'the API server answered with no JSON', isUnsent: false };
  }
}

/** As kubectl says that no request left: no address, no connection, no such context. */
const unsent =
  /dial tcp|connection to the server .* was refused|TLS handshake|x509|no such host|^error: (?:context|.*kubeconfig|no configuration)/i;

/** Exported for its test: kubectl has no other way to tell what the API server said. */
export function readFailure(said: string): Exclude<ApiAnswer, { kind: 'done' }> {
  const [, reason, message = ''] = /Error from server \((\w+)\): (.*)/.exec(said) ?? [];
  if (reason !== undefined) return { kind: 'refused', reason, message };
  if (/\(Unauthorized\)/.test(said)) return { kind: 'refused', reason: 'Unauthorized', message: said };
  return {
    kind: 'silent',
    message: said === '' ? 'kubectl failed and said nothing' : said,
    isUnsent: unsent.test(said),
  };
}

/** The reasons of an API server that does not know what became of the request, or did not take it for now. */
const open = new Set(['InternalError', 'ServerTimeout', 'Timeout', 'Unknown', 'GatewayTimeout', 'BadGateway']);
const busy = new Set(['TooManyRequests', 'ServiceUnavailable']);

/** The error for a request that was not done; `cannot` is e.g. `cannot read the state in kubernetes:ops`. */
export function apiError(answer: Exclude<ApiAnswer, { kind: 'done' }>, cannot: string, namespace: string): StateError {
  if (answer.kind === 'silent') {
    return new StateError(`${cannot}: ${answer.message}`, { retryable: true, isUncertain: !answer.isUnsent });
  }
  const { reason, message } = answer;
  const hints: Readonly<Record<string, string>> = {
    Forbidden: `the user of kubectl needs get, list, create, update and delete on secrets in the namespace ${namespace}`,
    NotFound: `make the namespace: kubectl create namespace ${namespace}`,
    Unauthorized: 'see who kubectl is: kubectl auth whoami',
  };
  return new StateError(`${cannot}: ${message} (${reason})`, {
    hint: hints[reason] ?? null,
    retryable: open.has(reason) || busy.has(reason),
    isUncertain: open.has(reason),
  });
}
