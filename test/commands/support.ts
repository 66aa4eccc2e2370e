import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { memory } from '../harness/memory.ts';
import { nscaleEndpoint, organizationId, type NscaleOptions } from '../harness/nscale.ts';

/** What the emulator gives in place of a random token, and nothing else may hold. */
export const issuedToken = 'issued.one-time.token';

/** The id of an account that a test creates. */
export const newAccountId = 'a1111111-1111-4111-8111-111111111111';

/** The tag value of the first create of a run, from the test context's `uuid`. */
export const operationId = '00000000-0000-4000-8000-000000000001';

export const accountsPath = `/api/v1/organizations/${organizationId}/serviceaccounts`;
export const accountsUrl = `${nscaleEndpoint}${accountsPath}`;

/** An emulator without chance: known token, known id. */
export const predictable: NscaleOptions = { newSecret: () => issuedToken, newId: () => newAccountId };

/** An error as the operating system gives it. */
function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: write`), { code });
}

/** A stdout that takes nothing. */
export function brokenStdout(code: string): { write: () => Promise<void> } {
  return { write: () => Promise.reject(systemError(code)) };
}

/** A folder of its own for one test, with these files in it. */
export async function workFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(memory, 'sactl-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** The lines of stderr for usage problems, with an optional hint. */
export function problems(lines: readonly string[], hint?: string): string {
  const all = [...lines.map((line) => `sactl: ${line}`), ...(hint ? [`hint: ${hint}`] : [])];
  return all.map((line) => `${line}\n`).join('');
}
