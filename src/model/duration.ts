const unitsInMs = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/** What a duration looks like, for messages. */
export const durationForms = '90s, 30m, 12h, 14d or 2w, or several in one such as 1d12h';

/** Milliseconds of `90s`, `30m`, `12h`, `14d`, `2w` or a combination; null when it is not one, or is zero. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d{1,6}[smhdw])+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhdw])/g)) {
    total += Number(amount) * (unitsInMs.get(unit ?? '') ?? 0);
  }
  return total > 0 ? total : null;
}

/** How long before its end a credential is worth a warning: 14 days, in milliseconds. */
export const soonMs = 14 * 86_400_000;

/** A wait that lasts longer than this, in milliseconds, is told (docs/design.md 4). */
export const noticeableWaitMs = 5000;

/** A duration for people, e.g. `20 seconds`, `3 minutes` or `24 hours`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.round(seconds / 60);
  const hours = Math.round(minutes / 60);
  if (seconds < 120) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  if (minutes < 120) return `${minutes} minutes`;
  return hours < 72 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
