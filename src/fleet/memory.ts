import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect garbage once as much as half of what is alive has come, instead of four times that: the accounts of a run
 * leave much of it, one after the other, and little that stays. Lists are read into a small room, since most of them stays.
 */
export function collectSooner(): void {
  setFlagsFromString('--heap-growing-percent=50');
  growYoung(1);
}

const megabyte = 1024 * 1024;

/**
 * To be called now and then while accounts are rotated: gives more room to what is new, until it is enough. V8 would take up to
 * 32 MB, on Node 24 up to 128, and use all of it between two collections; with very little it collects all the time. Where
 * long lists have filled the memory, less has to do.
 */
export function makeRoom(): void {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  const enough = (getHeapStatistics().total_heap_size < 28 * megabyte ? 16 : 8) * megabyte;
  // In one step, since V8 may take several before this is called again.
  growYoung(Math.max(1, Math.floor(enough / (young?.space_size ?? enough))));
}

function growYoung(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
