import { jsonForJq } from './serialize.ts';

/**
 * `.[] | …` and `.[].a.b | …`. A pipe binds weaker than anything else, so that what is behind the first one sees one item
 * after the other, whatever it is. An update, `|=`, is no pipe.
 */
const itemByItem = /^\s*\.\[\](?:\.[A-Za-z_]\w*)*\s*\|(?!=)/;

/** These look beyond the item that they are given, or end the run. */
const looksBeyond = /(?<!\w)(?:inputs?|input_line_number|halt|halt_error)(?!\w)/;

/** In characters. jq takes some ten times as much memory, and 5 ms to start with each. */
const pieceLength = 500_000;

/**
 * The texts on which a filter is run, one after the other. Where it takes a list item by item, parts of the list print what
 * the list does, and may be as many as they like: so it may be of any length.
 */
export function piecesFor(filter: string, value: unknown, length = pieceLength): Iterable<string> {
  const isByItem = Array.isArray(value) && itemByItem.test(filter) && !looksBeyond.test(filter);
  return isByItem ? parts(value, length) : [jsonForJq(value)];
}

function* parts(items: readonly unknown[], length: number): Generator<string> {
  let text = '';
  for (const item of items) {
    text += `${text === '' ? '[' : ','}${jsonForJq(item)}`;
    if (text.length < length) continue;
    yield `${text}]`;
    text = '';
  }
  if (text !== '') yield `${text}]`;
}
