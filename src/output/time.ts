import { safeText } from '../model/text.ts';
import type { Style } from './style.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const month = 30.44 * day;
const year = 365.25 * day;

/** A unit is used for distances below `below`; the largest keeps 90-day credentials in days. */
const units = [
  { name: 'minute', milliseconds: minute, below: 90 * minute },
  { name: 'hour', milliseconds: hour, below: 48 * hour },
  { name: 'day', milliseconds: day, below: 120 * day },
  { name: 'month', milliseconds: month, below: 24 * month },
  { name: 'year', milliseconds: year, below: Infinity },
] as const;

/**
 * The distance of two times (milliseconds since the epoch) in words: `in 3 days`, `6 days ago`. Rounded to the nearest unit,
 * so that 2.9 days are `in 3 days`; a unit starts at two or more, so that the error stays below a quarter.
 */
export function relativeTime(time: number, now: number): string {
  const distance = Math.abs(time - now);
  if (distance < minute) return time > now ? 'in less than a minute' : 'just now';
  const unit = units.find(({ below }) => distance < below) ?? units[4];
  const count = Math.round(distance / unit.milliseconds);
  const words = `${count} ${unit.name}${count === 1 ? '' : 's'}`;
  return time > now ? `in ${words}` : `${words} ago`;
}

/** `2026-11-30 08:00` in `timeZone` (IANA; undefined is the system's own). `time` is in milliseconds since the epoch. */
export function localTime(time: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  const part = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const date = [part.get('year'), part.get('month'), part.get('day')].join('-');
  return `${date} ${part.get('hour')}:${part.get('minute')}`;
}

/** An ISO 8601 time in a table: relative on a terminal, unchanged elsewhere or when it is no time. */
export function tableTime(iso: string, style: Style): string {
  const time = Date.parse(iso);
  return style.isTTY && !Number.isNaN(time) ? relativeTime(time, style.now) : safeText(iso);
}

/** An ISO 8601 time beside a label: `2026-11-30 08:00 (in 7 days)` on a terminal, unchanged elsewhere. */
export function detailTime(iso: string, style: Style): string {
  const time = Date.parse(iso);
  if (!style.isTTY || Number.isNaN(time)) return safeText(iso);
  return `${localTime(time, style.timeZone)} (${relativeTime(time, style.now)})`;
}
