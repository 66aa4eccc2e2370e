import type { Call } from './call.ts';
import { readContent, type Content } from './content.ts';
import { withoutCredential } from './echo.ts';
import { HttpError, type BodyKind, type ProviderProblem } from './error.ts';
import type { HttpClientOptions } from './options.ts';
import type { HttpAnswer } from './request.ts';
import { arrivalOf, codeOf, isPassing, meaningOf } from './status.ts';
import { cannot } from './text.ts';
import { safeText } from '../model/text.ts';
import { readTraceId, traceIdOf } from './trace.ts';

/** An answer that is not a 2xx. */
export interface Refusal {
  readonly answer: HttpAnswer;
  /** The Authorization header that was sent; its value is removed from what the provider says. */
  readonly authorization: string | null;
}

/** The error for a complete answer that is not a 2xx, in the provider's own words where it may be quoted. */
export function answerError({ options, request }: Call, refusal: Refusal): HttpError {
  const { answer } = refusal;
  const { status, headers } = answer;
  const content = readContent(answer);
  const problem = request.secretAnswer === true ? null : readProblem(options, refusal, content);
  const said = problem === null ? describe(status, content.kind) : `: ${problem.message}`;
  const message = cannot(request.purpose, `${options.provider} answered ${String(status)}${said}`);
  return new HttpError(codeOf(status), message, {
    arrival: arrivalOf(status),
    problem,
    body: content.kind,
    hint: hintFor(status, options.credential.source),
    provider: options.provider,
    status,
    traceId: problem?.traceId ?? traceIdOf(headers),
    retryable: isPassing(status),
  });
}

function readProblem(
  options: HttpClientOptions,
  { answer, authorization }: Refusal,
  { kind, value }: Content,
): ProviderProblem | null {
  if (kind !== 'json') return null;
  const problem = options.readProblem(answer.status, value);
  if (problem === null) return null;
  function shown(text: string, limit: number): string {
    return safeText(withoutCredential(text, authorization), limit);
  }
  const { code, traceId } = problem;
  return {
    code: code === null ? null : shown(code, 100),
    message: shown(problem.message, 500) || (meaningOf(answer.status) ?? 'no reason given'),
    traceId: traceId === null ? null : readTraceId(withoutCredential(traceId, authorization)),
  };
}

const bodies: Readonly<Record<BodyKind, string>> = {
  json: '',
  html: ' with an HTML page (a proxy or gateway, not the API)',
  empty: ' with an empty body',
  excessive: ' with JSON that is nested too deeply or has too many values',
  other: ' with a body that is not JSON',
};

function describe(status: number, kind: BodyKind): string {
  const meaning = meaningOf(status);
  return `${meaning === null ? '' : ` (${meaning})`}${bodies[kind]}`;
}

function hintFor(status: number, source: string): string | null {
  if (status === 401) return `check the credential from ${source}: it may have expired or been replaced`;
  if (status === 403) return `the credential from ${source} lacks the permission`;
  if (status === 429) return 'wait a minute, then run it again';
  return null;
}
