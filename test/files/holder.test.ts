import { describe, expect, it } from 'vitest';

import type { ProcessIdentity, ProcessMarks } from '../../src/context.ts';
import { holderEnd, holderOf, isDead, parseHolder, type Holder } from '../../src/files/holder.ts';

const boot = 'b0071d00-0000-4000-8000-000000000001';
const namespace = 'pid:[4026531836]';

/** Process 100 of a machine on which the others are running, each with its start time. */
function here(running: Readonly<Record<number, string>> = {}, marks: Partial<ProcessMarks> = {}): ProcessIdentity {
  const times: Readonly<Record<number, string>> = { 100: '5000', ...running };
  return {
    pid: 100,
    host: 'runner',
    isRunning: (pid) => pid in times,
    marks: { bootId: () => boot, pidNamespace: () => namespace, startTime: (pid) => times[pid] ?? null, ...marks },
  };
}

function holder(fields: Partial<Holder> = {}): Holder {
  return { host: 'runner', bootId: boot, pidNamespace: namespace, pid: 7, startTime: '70', ...fields };
}

/** As an older version wrote it, and as a system without these marks does. */
const bare = { bootId: null, pidNamespace: null, startTime: null };
const unmarked: ProcessIdentity = { pid: 100, host: 'runner', isRunning: (pid) => pid === 100 || pid === 7 };

describe('a holder is dead', () => {
  it.each<[what: string, holder: Holder, self: ProcessIdentity, isGone: boolean | null]>([
    ['running', holder(), here({ 7: '70' }), false],
    ['gone, or a zombie', holder(), here(), true],
    ['of another start time', holder(), here({ 7: '71' }), true],
    ['this process', holder({ pid: 100, startTime: '5000' }), here(), false],
    ['an earlier one of our number', holder({ pid: 100, startTime: '4' }), here(), true],
    ['of another host name, in the same namespace', holder({ host: 'renamed' }), here(), true],
    ['of another boot', holder({ bootId: 'other' }), here(), null],
    ['of another boot, its number running', holder({ bootId: 'other' }), here({ 7: '70' }), null],
    ['of another namespace', holder({ pidNamespace: 'pid:[4026532000]' }), here(), null],
    ['of another namespace, with our number', holder({ pidNamespace: 'pid:[1]', pid: 100 }), here(), null],
    ['of another host, and nothing else is known', holder({ ...bare, host: 'else' }), unmarked, null],
    ['of a system without marks, running', holder(bare), unmarked, false],
    ['of a system without marks, gone', holder({ ...bare, pid: 8 }), unmarked, true],
    ['of an older version, running', holder(bare), here({ 7: '70' }), false],
    ['of an older version, gone from here', holder(bare), here(), null],
    ['of an older version, with our number', holder({ ...bare, pid: 100 }), here(), null],
    ['known, seen from where no marks are', holder({ pid: 8 }), unmarked, null],
    ['running, its start time hidden', holder(), here({ 7: '70' }, { startTime: () => null }), false],
  ])('%s', (_what, one, self, isGone) => {
    expect(isDead(one, self)).toBe(isGone);
  });
});

describe('a holder', () => {
  it('is read as it was written', () => {
    const self = here();
    expect(parseHolder(JSON.parse(JSON.stringify(holderOf(self))))).toEqual(holderOf(self));
    expect(parseHolder({ pid: 7, host: 'runner' })).toEqual(holder(bare));
  });

  it.each([{}, { pid: 0, host: 'h' }, { pid: 1.5, host: 'h' }, { pid: '7', host: 'h' }, { pid: 7 }])(
    'is none in %j',
    (fields) => {
      expect(parseHolder(fields)).toBeNull();
    },
  );

  it.each([
    ['seen', holder(), here({ 7: '70' })],
    ['by hand', holder(bare), unmarked],
    ['lease', holder({ bootId: 'other' }), here()],
  ] as const)('that ends otherwise: %s', (end, one, self) => {
    expect(holderEnd(one, self)).toBe(end);
  });
});
