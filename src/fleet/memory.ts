import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

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
 * To be called before each account is rotated: gives more room to what is new, until it is enough. V8 would take up to 32 MB,
 * on Node 24 up to 128, and use all of it between two collections; with very little it collects all the time. It is called
 * so often because V8 may grow again, by the same factor, at its next collection.
 * @param accounts how many are rotated: what stays of many fills the memory, so less has to do
 */
export function makeRoom(accounts: number): void {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  const enough = (accounts < 1000 ? 16 : 8) * megabyte;
  growYoung(Math.max(1, Math.floor(enough / (young?.space_size ?? enough))));
}

function growYoung(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
