import type { StoredValue } from '../target.ts';
import type { Tool } from './program-target.ts';

/** More than any of the documents that are read here. */
const largestOutput = 1024 * 1024;

/** The JSON that a program prints; undefined where it fails or prints something else. */
export async function readJson(tool: Tool, args: readonly string[]): Promise<unknown> {
  const { problem, stdout } = await tool({ args, input: null, keepsStdout: largestOutput });
  return problem === null ? jsonIn(stdout) : undefined;
}

/** The value of a JSON text; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of a JSON object; none where it is something else. */
export function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? { ...value } : {};
}

/** What a JSON object says of what is stored; null where the text is none. */
export function storedIn(
  text: string,
  read: (document: Readonly<Record<string, unknown>>) => StoredValue,
): StoredValue | null {
  const value = jsonIn(text);
  return typeof value === 'object' && value !== null ? read(objectIn(value)) : null;
}

/** What follows the last slash of a text, e.g. the version at the end of an address. */
export function lastPart(address: unknown): string {
  return typeof address === 'string' ? address.slice(address.lastIndexOf('/') + 1) : '';
}
