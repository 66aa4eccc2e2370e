import { lstat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

import type { Context } from '../../context.ts';
import { readBoundedText } from '../../files/bounded-file.ts';
import { makeDirectory } from '../../files/private-directory.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { systemCode } from '../../files/system-error.ts';
import { configSchema } from '../schema/config.ts';

const name = 'config.schema.json';
const comment = 'Written by sactl config, which writes it again after an update';

/** Where a file names the schema beside it, as a comment of YAML or as the key `$schema`. */
const reference = /\$schema["']?\s*[=:]\s*["']?(?:\.\/)?config\.schema\.json(?=["'\s,}]|$)/;

/** The user's file before a change; its text is empty where there is none. */
interface Before {
  readonly path: string;
  readonly text: string;
}

/**
 * The text of the user's file as it is written: a new file names its schema for editors. The schema is put beside a file that
 * names it there, but never in the place of one that is not ours. Where that fails, editors know less, and nothing else.
 */
export async function withSchema(ctx: Context, { path, text }: Before, changed: string): Promise<string> {
  const isNew = text.trim() === '' && !/\$schema/.test(changed);
  if (!isNew && !reference.test(changed)) return changed;
  const isThere = await keepSchema(ctx, join(dirname(path), name)).catch(() => false);
  return isNew && isThere ? naming(path, changed) : changed;
}

function naming(path: string, text: string): string {
  if (extname(path) !== '.json') return `# yaml-language-server: $schema=${name}\n${text}`;
  const content: unknown = JSON.parse(text);
  return `${JSON.stringify(Object.assign({ $schema: `./${name}` }, content), null, 2)}\n`;
}

/** Whether our schema is there, of this version. @throws the system's errors */
async function keepSchema(ctx: Context, path: string): Promise<boolean> {
  const { $schema, ...schema } = configSchema();
  const wanted = `${JSON.stringify({ $schema, $comment: comment, ...schema }, null, 2)}\n`;
  const found = await readExisting(path);
  if (found === wanted) return true;
  if (found !== null && !found.includes(JSON.stringify(comment))) return false;
  await makeDirectory(dirname(path), 0o700);
  await replaceFile(path, wanted, { mode: 0o600, uuid: ctx.uuid, retry: ctx });
  return true;
}

/** Null where nothing is there. @throws the system's errors, and for what is no file */
async function readExisting(path: string): Promise<string | null> {
  try {
    if (!(await lstat(path)).isFile()) throw new Error(`${path} is no file`);
    return await readBoundedText(path, 1024 * 1024);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
