import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

import { operationsOf, type ApiDocument, type Operation } from './api-document.ts';

/** Holds documents against what is sent and answered. Problems are sentences; bodies are left to be read. */
export interface Conformance {
  /** The operation of a request, e.g. `GET /api/v1/apps/{appId}`; null when no document has it. */
  readonly operationOf: (request: Request) => string | null;
  readonly requestProblems: (request: Request) => Promise<readonly string[]>;
  readonly answerProblems: (request: Request, response: Response) => Promise<readonly string[]>;
  /** Every answer that is documented, as `GET /path 200`. */
  readonly documented: readonly string[];
}

export function conformance(documents: Readonly<Record<string, ApiDocument>>): Conformance {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  for (const [key, document] of Object.entries(documents)) ajv.addSchema(document, key);
  const operations = Object.entries(documents)
    .flatMap(([key, document]) => operationsOf(document, key))
    // The one with the fewest parts that stand for anything first: `minimal` is no id.
    .toSorted((one, other) => one.name.split('{').length - other.name.split('{').length);

  function find({ method, url }: Request): Operation | undefined {
    const { pathname } = new URL(url);
    return operations.find((operation) => operation.method === method && operation.pattern.test(pathname));
  }

  return {
    operationOf: (request) => find(request)?.name ?? null,
    documented: operations.flatMap(({ name, document }) =>
      Object.keys(document.responses).map((code) => `${name} ${code}`),
    ),
    requestProblems: async (request) => {
      const operation = find(request);
      if (operation === undefined) return [`${nameOf(request)} is in no document`];
      const problems = [
        ...authorizationProblems(operation, request),
        ...parameterProblems(ajv, operation, request),
        ...(await bodyProblems(ajv, operation, request)),
      ];
      return problems.map((problem) => `${nameOf(request)}: ${problem}`);
    },
    answerProblems: async (request, response) => {
      const problems = await answerProblems(ajv, find(request), response);
      return problems.map((problem) => `${nameOf(request)} is answered ${response.status}: ${problem}`);
    },
  };
}

function nameOf({ method, url }: Request): string {
  const { pathname, search } = new URL(url);
  return `${method} ${pathname}${search}`;
}

function authorizationProblems({ document }: Operation, { headers }: Request): string[] {
  const isOpen = document.security?.length === 0;
  const isSent = /^Bearer \S+$/.test(headers.get('authorization') ?? '');
  if (isSent !== isOpen) return [];
  return [isOpen ? 'an access token is sent where none is needed' : 'no access token is sent'];
}

function parameterProblems(ajv: Ajv, { parameters, pattern }: Operation, { url }: Request): string[] {
  const { pathname, searchParams } = new URL(url);
  const inPath = Object.entries(pattern.exec(pathname)?.groups ?? {});
  const given = [
    ...inPath.map(([name, text]) => ['path', name, decodeURIComponent(text)] as const),
    ...[...searchParams].map(([name, text]) => ['query', name, text] as const),
  ];
  return given.flatMap(([place, name, text]) => {
    const found = parameters.find(({ parameter }) => parameter.in === place && parameter.name === name);
    if (found === undefined) return [`the ${place} has no parameter ${name}`];
    return schemaProblems(ajv.getSchema(found.pointer), valueOf(text, found.parameter.schema.type));
  });
}

/** Lists are one parameter with commas. */
function valueOf(text: string, type: string): unknown {
  if (type === 'array') return text.split(',');
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}

async function bodyProblems(ajv: Ajv, { document, pointer }: Operation, request: Request): Promise<string[]> {
  const text = await request.clone().text();
  const [type] = Object.keys(document.requestBody?.content ?? {});
  if (type === undefined) return text === '' ? [] : ['a body is sent where none is documented'];
  const sent = request.headers.get('content-type') ?? '';
  if (!sent.startsWith(type)) return [`the body is sent as "${sent}" instead of ${type}`];
  const schema = ajv.getSchema(`${pointer}/requestBody/content/${encodeURIComponent(type.replace('/', '~1'))}/schema`);
  return schemaProblems(
    schema,
    type === 'application/json' ? json(text) : Object.fromEntries(new URLSearchParams(text)),
  );
}

async function answerProblems(ajv: Ajv, operation: Operation | undefined, response: Response): Promise<string[]> {
  if (operation === undefined) return isAbsence(response) ? [] : ['no document has this operation'];
  const { responses } = operation.document;
  const documented = responses[String(response.status)];
  if (documented === undefined) return [`only ${Object.keys(responses).join(', ')} are documented`];
  const key = operation.pointer.split('#')[0] ?? '';
  const pointer =
    documented.$ref === undefined ? `${operation.pointer}/responses/${response.status}` : `${key}${documented.$ref}`;
  const schema = ajv.getSchema(`${pointer}/content/application~1json/schema`);
  const text = await response.clone().text();
  if (schema === undefined) return text === '' ? [] : ['a body is answered where none is documented'];
  const type = response.headers.get('content-type') ?? '';
  return type.startsWith('application/json') ? schemaProblems(schema, json(text)) : [`it is "${type}" instead of JSON`];
}

/** Some hosts answer paths that they do not have with their user interface (docs/contracts/runai.md 15.17). */
function isAbsence({ status, headers }: Response): boolean {
  return status === 404 || (headers.get('content-type')?.startsWith('text/html') ?? false);
}

/** What is no JSON is a text, which no schema of these documents takes. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function schemaProblems(validate: ValidateFunction | undefined, value: unknown): string[] {
  if (validate === undefined) throw new Error('the document has no schema where one is expected');
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath || 'the value'} ${message ?? ''} ${JSON.stringify(params)}`;
  });
}
