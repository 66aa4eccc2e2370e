import { readFileSync } from 'node:fs';

/** An OpenAPI document as far as it is used here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationDocument>>>>;
  readonly components?: { readonly parameters?: Readonly<Record<string, Parameter>> };
}

interface OperationDocument {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
  /** Empty: no token is needed. */
  readonly security?: readonly unknown[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: { readonly type: string };
}

export interface Operation {
  /** e.g. `GET /api/v1/apps/{appId}` */
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly document: OperationDocument;
  readonly parameters: readonly { readonly parameter: Parameter; readonly pointer: string }[];
  /** Where it stands, as a URI with a JSON pointer. */
  readonly pointer: string;
}

/**
 * A document of `fixtures/`, as it is for one version: `x-versions` names the versions that have what it stands in. Objects
 * have no other properties than those documented.
 */
export function readDocument(path: string, version: string): ApiDocument {
  const text = readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8');
  return JSON.parse(text, (_, value: unknown) => {
    if (Array.isArray(value)) return value.filter((item) => isOf(item, version));
    if (typeof value !== 'object' || value === null) return value;
    const present = Object.fromEntries(Object.entries(value).filter(([, item]) => isOf(item, version)));
    const isClosed = typeof present['properties'] === 'object' && 'required' in present;
    return isClosed ? { additionalProperties: false, ...present } : present;
  }) as ApiDocument;
}

function isOf(item: unknown, version: string): boolean {
  const versions = (item as { readonly 'x-versions'?: readonly string[] } | null)?.['x-versions'];
  return versions?.includes(version) ?? true;
}

/** @param key what the document is called in pointers */
export function operationsOf({ paths, components }: ApiDocument, key: string): Operation[] {
  function parameterOf(
    parameter: Parameter | { readonly $ref: string },
    pointer: string,
  ): Operation['parameters'][number] {
    if (!('$ref' in parameter)) return { parameter, pointer: `${pointer}/schema` };
    const name = parameter.$ref.replace('#/components/parameters/', '');
    const found = components?.parameters?.[name];
    if (found === undefined) throw new Error(`there is no parameter ${name}`);
    return { parameter: found, pointer: `${pointerTo(key, 'components', 'parameters', name)}/schema` };
  }

  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([lower, document]): Operation => {
      const pointer = pointerTo(key, 'paths', path, lower);
      const method = lower.toUpperCase();
      return {
        name: `${method} ${path}`,
        method,
        pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
        document,
        parameters: (document.parameters ?? []).map((item, index) =>
          parameterOf(item, `${pointer}/parameters/${index}`),
        ),
        pointer,
      };
    }),
  );
}

function pointerTo(key: string, ...parts: readonly string[]): string {
  const escaped = parts.map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1')));
  return `${key}#/${escaped.join('/')}`;
}
