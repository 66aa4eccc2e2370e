/** Order by code unit, as jq and `LC_ALL=C sort` have it: the same on every machine. For `toSorted`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
