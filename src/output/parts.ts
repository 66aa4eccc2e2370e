/** `items` in their order, in parts of `length`; the last may be shorter, and none is empty. */
export function* partsOf<Item>(items: Iterable<Item>, length: number): Generator<readonly Item[]> {
  let part: Item[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < length) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
