import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as z from 'zod/mini';

import type { PrintedName } from '../../../src/commands/schema/names.ts';
import { shapes } from '../../../src/commands/schema/shapes.ts';

const ajv = new Ajv2020({ allErrors: true });

/** As it is printed, and with a problem for each key that it does not have. */
function strict(name: PrintedName): ValidateFunction {
  return ajv.compile(z.toJSONSchema(shapes[name], { io: 'output' }));
}

/** What is wrong with a document, or with the documents of an array. */
export function problemsOf(name: PrintedName, value: unknown): readonly string[] {
  const validate = strict(name);
  const items = Array.isArray(value) ? value : [value];
  return items
    .flatMap((item) => (validate(item) ? [] : (validate.errors ?? [])))
    .map(({ instancePath, message, params }) => `${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`);
}

/** What is wrong with what a command printed that declares to print one of these, e.g. `account[]`; empty where it fits one. */
export function problemsOfPrinted(prints: readonly string[], value: unknown): readonly string[] {
  const all = prints.map((one) => {
    const name = one.replace('[]', '');
    if (!isName(name)) return [`there is no schema ${name}`];
    if (one.endsWith('[]') !== Array.isArray(value)) return [`${one}: ${Array.isArray(value) ? 'an' : 'no'} array`];
    return problemsOf(name, value).map((problem) => `${one}: ${problem}`);
  });
  return all.some((problems) => problems.length === 0) ? [] : all.flat();
}

function isName(name: string): name is PrintedName {
  return Object.hasOwn(shapes, name);
}
