import { describe, expect, it } from 'vitest';

import { wholeSeconds } from '../../src/model/account.ts';

describe('a time of the model', () => {
  it.each([
    ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00Z'],
    ['2026-11-22T12:00:00.999Z', '2026-11-22T12:00:00Z'],
    ['2026-11-22T12:00:59.999999999Z', '2026-11-22T12:00:59Z'],
    ['2026-11-22T14:00:00.5+02:00', '2026-11-22T12:00:00Z'],
    ['2026-11-22t12:00:00z', '2026-11-22T12:00:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    [Date.UTC(2026, 10, 22, 12) + 999, '2026-11-22T12:00:00Z'],
    [-1, '1969-12-31T23:59:59Z'],
  ])('of %j is %s', (sent, time) => {
    expect(wholeSeconds(sent)).toBe(time);
  });

  it('is what the calendar says, on every day of a month', () => {
    for (const month of Array.from({ length: 13 }, (_, number) => String(number + 1).padStart(2, '0'))) {
      for (const day of Array.from({ length: 33 }, (_, number) => String(number).padStart(2, '0'))) {
        const sent = `2027-${month}-${day}T12:00:00Z`;
        const date = new Date(sent);
        const time = Number.isNaN(date.getTime()) ? null : date.toISOString().replace('.000Z', 'Z');
        expect(wholeSeconds(sent)).toBe(time);
      }
    }
  });

  it.each([null, undefined, '', 'never', '2026-11-22', '2026-11-22T12:00:00', '2026-13-01T00:00:00Z', Number.NaN])(
    'is unknown where %j was sent',
    (sent) => {
      expect(wholeSeconds(sent)).toBeNull();
    },
  );
});
