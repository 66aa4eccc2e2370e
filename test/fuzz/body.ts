import { gzipSync } from 'node:zlib';

import type { Body, Edit } from './scenario.ts';

/** A body that ends; null for those that do not. */
export function finite(body: Body, real: string): Buffer | null {
  if (body.kind === 'endless' || body.kind === 'drip') return null;
  if (body.kind === 'bytes') return Buffer.from(body.base64, 'base64');
  if (body.kind === 'bomb') return bomb(body.mebibytes, body.layers);
  if (body.kind === 'cut') {
    return Buffer.from(real).subarray(0, Math.floor(real.length * body.share));
  }
  return Buffer.from(textOf(body, real));
}

type TextBody = Extract<Body, { kind: 'text' | 'repeated' | 'real' | 'edited' }>;

function textOf(body: TextBody, real: string): string {
  if (body.kind === 'text') return body.text;
  if (body.kind === 'repeated') return body.text.repeat(body.times);
  return body.kind === 'real' ? real : edited(real, body.edits);
}

const bombs = new Map<string, Buffer>();

/** So many MiB of zeros, packed once or more often. */
function bomb(mebibytes: number, layers: number): Buffer {
  const key = `${mebibytes} ${layers}`;
  const known = bombs.get(key);
  if (known !== undefined) return known;
  let packed = Buffer.alloc(mebibytes * 1024 * 1024);
  for (let layer = 0; layer < layers; layer += 1) packed = gzipSync(packed);
  bombs.set(key, packed);
  return packed;
}

type Container = Record<string, unknown> | unknown[];

/** JSON with other JSON in places of it. What is no JSON stays as it is. */
function edited(text: string, edits: readonly Edit[]): string {
  let document: { top: unknown };
  try {
    document = { top: JSON.parse(text) as unknown };
  } catch {
    return text;
  }
  const texts: string[] = [];
  for (const edit of edits) {
    const places = placesIn(document);
    const place = places[edit.place % places.length];
    if (place !== undefined) apply(edit, place, texts);
  }
  const { top } = document;
  return (JSON.stringify(top) ?? 'null').replaceAll(/"@@(\d+)@@"/g, (_, at) => texts[Number(at)] ?? '');
}

interface Place {
  readonly holder: Container;
  readonly key: string;
}

function placesIn(top: Container): Place[] {
  const places: Place[] = [];
  const open: Container[] = [top];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      const value: unknown = Reflect.get(holder, key);
      if (typeof value === 'object' && value !== null) open.push(value as Container);
    }
  }
  return places;
}

/** Text that JSON.stringify could not write, such as 1e400, gets there by way of a mark. */
function apply({ change, json }: Edit, { holder, key }: Place, texts: string[]): void {
  if (change === 'remove' && key !== 'top') {
    Reflect.deleteProperty(holder, key);
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
  } else if (change === 'repeat' && Array.isArray(holder)) {
    holder.push(...Array.from({ length: 1000 }, () => holder[Number(key)]));
  } else {
    const at = change === 'add' && !Array.isArray(holder) ? 'unknown' : key;
    Reflect.set(holder, at, `@@${texts.length}@@`);
    texts.push(json);
  }
}
