import { extname } from 'node:path';

import { yamlData, yamlProblem } from '../files/yaml.ts';
import { jsonErrorOffset } from './json-position.ts';
import type { FileText } from './read-file.ts';
import type { Reading } from './section.ts';

/**
 * The value of a JSON (`.json`) or YAML (any other name) file; an empty file is an empty mapping. Problems give line and
 * column and never quote the file, which may hold a secret.
 */
export async function parseFile(file: FileText): Promise<Reading<unknown>> {
  const text = file.text.replace(/^\uFEFF/, '');
  if (text.trim() === '') return { value: {} };
  const reading = extname(file.path) === '.json' ? parseJson(text) : await parseYaml(text);
  return 'problem' in reading ? { problem: `${file.path}: ${reading.problem}` } : reading;
}

function parseJson(text: string): Reading<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    const before = text.slice(0, jsonErrorOffset(text)).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { problem: `line ${before.length}, column ${column}: not valid JSON` };
  }
}

/** A thousand keys take no time, and ten times as many take a hundred times as long. */
const longestYaml = 64 * 1024;

async function parseYaml(text: string): Promise<Reading<unknown>> {
  if (text.length > longestYaml) return { problem: 'larger than 64 KiB; JSON may have 1 MiB' };
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { stringKeys: true, logLevel: 'error' });
  // An unknown tag such as !!js/function is only a warning to the library.
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) {
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    return { problem: `line ${line}, column ${col}: not valid YAML (${yamlProblem(error)})` };
  }
  try {
    const value = await yamlData(document);
    return { value: value ?? {} };
  } catch {
    return { problem: 'not valid YAML (an alias has no anchor, or there are too many)' };
  }
}
