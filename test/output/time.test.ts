import { describe, expect, test } from 'vitest';
import { detailTime, localTime, relativeTime, tableTime } from '../../src/output/time.ts';
import { testNow } from '../harness/context.ts';
import { testStyle } from './support.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('relativeTime', () => {
  test.each([
    [0, 'just now'],
    [59 * second, 'in less than a minute'],
    [-59 * second, 'just now'],
    [minute, 'in 1 minute'],
    [-minute, '1 minute ago'],
    [89 * minute, 'in 89 minutes'],
    [90 * minute, 'in 2 hours'],
    [47 * hour, 'in 47 hours'],
    [2 * day, 'in 2 days'],
    [2.4 * day, 'in 2 days'],
    [2.9 * day, 'in 3 days'],
    [-6 * day, '6 days ago'],
    [90 * day - minute, 'in 90 days'],
    [-119 * day, '119 days ago'],
    [180 * day, 'in 6 months'],
    [-365 * day, '12 months ago'],
    [5 * 365.25 * day, 'in 5 years'],
  ])('%i ms away is %j', (distance, words) => {
    expect(relativeTime(testNow + distance, testNow)).toBe(words);
  });
});

describe('localTime', () => {
  const midnight = Date.UTC(2026, 10, 30, 0, 5);
  test.each([
    ['UTC', '2026-11-30 00:05'],
    ['Europe/Berlin', '2026-11-30 01:05'],
    ['America/New_York', '2026-11-29 19:05'],
    ['Asia/Kolkata', '2026-11-30 05:35'],
  ])('in %s is %j', (timeZone, expected) => {
    expect(localTime(midnight, timeZone)).toBe(expected);
  });
});

describe('an ISO time', () => {
  const iso = '2026-11-30T08:00:00Z';
  test('is relative in a table on a terminal', () => {
    expect(tableTime(iso, testStyle({ width: 80 }))).toBe('in 8 days');
  });

  test('is local and relative beside a label on a terminal', () => {
    const style = testStyle({ width: 80, timeZone: 'Europe/Berlin' });
    expect(detailTime(iso, style)).toBe('2026-11-30 09:00 (in 8 days)');
  });

  test('stays as it is in a pipe', () => {
    expect(tableTime(iso, testStyle())).toBe(iso);
    expect(detailTime(iso, testStyle())).toBe(iso);
  });

  test('that is no time is shown as text', () => {
    expect(tableTime('soon\u001B[2J', testStyle({ width: 80 }))).toBe('soon');
    expect(detailTime('soon\n', testStyle({ width: 80 }))).toBe('soon');
  });
});
