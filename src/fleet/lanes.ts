/**
 * Does the work for each, so many at once, and returns the results in order. A promise for each of thousands that wait for
 * their turn would fill the memory.
 * @throws what any work has thrown
 */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  async function lane(): Promise<void> {
    for (const [at, item] of left) results[at] = await work(item);
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
