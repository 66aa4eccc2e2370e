import { extname } from 'node:path';

import { profileKeys } from './keys.ts';

/** A key of the user's file, outermost first, e.g. `['profiles', 'prod', 'org']`. */
export type KeyPath = readonly string[];

/** One change of a file; an undefined value takes the key away. */
export interface KeyChange {
  readonly keys: KeyPath;
  readonly value: unknown;
}

const inProfile = new RegExp(String.raw`^profiles\.(.+?)(?:\.(${Object.keys(profileKeys).join('|')})(?:\.(.+))?)?$`);

/** Takes a dotted key apart; the name of a profile may have dots in it. */
export function keyPathOf(key: string): KeyPath {
  const [, name, field, rest] = inProfile.exec(key) ?? [];
  if (name === undefined) return key.split('.');
  return ['profiles', name, ...(field === undefined ? [] : [field]), ...(rest?.split('.') ?? [])];
}

/** A value as it is typed: what begins with `[` or `{` is YAML, and anything else is text. @throws YAMLParseError */
export async function typedValue(text: string): Promise<unknown> {
  if (!/^\s*[[{]/.test(text)) return text;
  const { parse } = await import('yaml');
  const value: unknown = parse(text, { stringKeys: true });
  return value;
}

/** The value at a key of parsed content; undefined where there is none. */
export function valueAt(content: unknown, keys: KeyPath): unknown {
  const [first, ...rest] = keys;
  if (first === undefined) return content;
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  const found: unknown = Object.entries(content).find(([key]) => key === first)?.[1];
  return valueAt(found, rest);
}

/**
 * The text of a file after a change. In YAML, comments and the order of keys stay as they are; JSON has no comments, and
 * keeps its order.
 * @param text valid for its kind, or empty
 * @throws Error where a part of the way to the key is no mapping
 */
export async function changedText(path: string, text: string, change: KeyChange): Promise<string> {
  return extname(path) === '.json' ? changedJson(text, change) : changedYaml(text, change);
}

async function changedYaml(text: string, { keys, value }: KeyChange): Promise<string> {
  const { isMap, isNode, parseDocument } = await import('yaml');
  const document = parseDocument(text, { stringKeys: true });
  const first = isMap(document.contents) ? document.contents.items[0] : undefined;
  const heading = commentBefore(first?.key);
  // What is empty is written as `{}`; what is added to it gets a line of its own.
  if (isMap(document.contents) && document.contents.items.length === 0) document.contents.flow = false;
  if (value === undefined) document.deleteIn(keys);
  else {
    const node = document.createNode(value, { flow: true });
    const before = document.getIn(keys, true);
    if (isNode(before)) node.comment = before.comment ?? null;
    document.setIn(keys, node);
  }
  // What stands at the top is about the file, and goes with its first key only where that stays.
  const isGone = isMap(document.contents) && document.contents.items[0] !== first;
  if (isGone && heading !== null && value === undefined) document.commentBefore ??= heading;
  return document.toString({ lineWidth: 0, flowCollectionPadding: isPadded(text) });
}

function commentBefore(node: unknown): string | null {
  const found = typeof node === 'object' && node !== null && 'commentBefore' in node ? node.commentBefore : null;
  return typeof found === 'string' ? found : null;
}

/** Whether most brackets of a file have a space within them; a new file has. */
function isPadded(text: string): boolean {
  const [padded, plain] = [/[[{] /g, /[[{][^\s\]}]/g].map((pattern) => text.match(pattern)?.length ?? 0);
  return (padded ?? 0) >= (plain ?? 0);
}

function changedJson(text: string, { keys, value }: KeyChange): string {
  const content: unknown = text.trim() === '' ? {} : JSON.parse(text.replace(/^\uFEFF/, ''));
  return `${JSON.stringify(withValue(content, keys, value), null, 2)}\n`;
}

function withValue(content: unknown, [first, ...rest]: KeyPath, value: unknown): unknown {
  if (first === undefined) return value;
  if (content !== undefined && (typeof content !== 'object' || content === null || Array.isArray(content))) {
    throw new Error(`what holds "${first}" is no mapping`);
  }
  const entries = new Map<string, unknown>(Object.entries(content ?? {}));
  const inner = withValue(entries.get(first), rest, value);
  if (inner === undefined) entries.delete(first);
  else entries.set(first, inner);
  return Object.fromEntries(entries);
}
