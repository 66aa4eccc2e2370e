import { JqLimitError } from './jq-error.ts';

/** The fields of C's `struct tm` that `strptime` sets; what a text does not say is absent. */
export interface TimeFields {
  readonly sec?: number;
  readonly min?: number;
  readonly hour?: number;
  readonly mday?: number;
  /** From 0. */
  readonly mon?: number;
  /** Since 1900. */
  readonly year?: number;
  /** From 0 for Sunday. */
  readonly wday?: number;
  /** From 0. */
  readonly yday?: number;
  /** Seconds east of UTC. */
  readonly gmtoff?: number;
}

interface State {
  readonly text: string;
  readonly at: number;
  readonly fields: TimeFields;
  /** What `%p` said, and whether the hour is one of twelve. */
  readonly isAfternoon?: boolean;
  readonly isTwelveHours?: boolean;
}

/** Reads one conversion; null where the text is another. */
type Reader = (state: State) => State | null;

/**
 * What C's `strptime` reads of a text by a format, in the C locale, and the number of characters it took; null where the text
 * does not match. One character stands for one byte.
 * @throws JqLimitError for a conversion that is not read here
 */
export function strptime(text: string, format: string): { readonly end: number; readonly fields: TimeFields } | null {
  const state = readAll({ text, at: 0, fields: {} }, format);
  return state === null ? null : { end: state.at, fields: complete(state) };
}

function readAll(start: State, format: string): State | null {
  let state: State | null = start;
  for (const [, conversion, space, character = ''] of format.matchAll(/%(.?)|(\s+)|(.)/gs)) {
    if (state === null) return null;
    if (conversion !== undefined) state = readerOf(conversion)(state);
    else state = space === undefined ? literal(character)(state) : skipSpace(state);
  }
  return state;
}

function readerOf(conversion: string): Reader {
  const reader = readers.get(conversion);
  if (reader !== undefined) return reader;
  throw new JqLimitError(`has no "%${conversion}" in strptime`);
}

const months = 'January February March April May June July August September October November December'.split(' ');
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['Y', number('year', [0, 9999], (value) => value - 1900)],
  ['y', number('year', [0, 99], (value) => (value < 69 ? value + 100 : value))],
  ['m', number('mon', [1, 12], (value) => value - 1)],
  ...each('bBh', name('mon', months)),
  ...each('de', number('mday', [1, 31])),
  ...each('aA', name('wday', weekdays)),
  ['w', number('wday', [0, 6])],
  ['u', number('wday', [1, 7], (value) => value % 7)],
  ['j', number('yday', [1, 366], (value) => value - 1)],
  ...each('Hk', hour([0, 23], false)),
  ...each('Il', hour([1, 12], true)),
  ['M', number('min', [0, 59])],
  ['S', number('sec', [0, 61])],
  ['p', half],
  ['z', offset],
  ['Z', (state) => matched(state, /\s*\S*/y, () => ({}))],
  ...each('nt', skipSpace),
  ['%', literal('%')],
  ['F', formatted('%Y-%m-%d')],
  ...each('Dx', formatted('%m/%d/%y')),
  ...each('TX', formatted('%H:%M:%S')),
  ['R', formatted('%H:%M')],
  ['r', formatted('%I:%M:%S %p')],
  ['c', formatted('%a %b %e %H:%M:%S %Y')],
]);

function each(conversions: string, reader: Reader): [string, Reader][] {
  return Array.from(conversions, (conversion) => [conversion, reader]);
}

function formatted(format: string): Reader {
  return (state) => readAll(state, format);
}

function literal(character: string): Reader {
  return (state) => (state.text.startsWith(character, state.at) ? { ...state, at: state.at + 1 } : null);
}

function skipSpace(state: State): State | null {
  return matched(state, /\s*/y, () => ({}));
}

/** Reads what the sticky expression matches. */
function matched(state: State, pattern: RegExp, read: (found: RegExpExecArray) => TimeFields | null): State | null {
  pattern.lastIndex = state.at;
  const found = pattern.exec(state.text);
  const fields = found && read(found);
  return fields && { ...state, at: pattern.lastIndex, fields: { ...state.fields, ...fields } };
}

/** A number within limits, behind spaces; it has no more digits than the upper limit, and ends before it gets larger. */
function number(
  field: keyof TimeFields,
  limits: readonly [number, number],
  meaning: (value: number) => number = (value) => value,
): Reader {
  return (state) => {
    const read = integer(state, limits);
    return read && { ...state, at: read.at, fields: { ...state.fields, [field]: meaning(read.value) } };
  };
}

function integer(
  { text, at: start }: State,
  [least, most]: readonly [number, number],
): { readonly value: number; readonly at: number } | null {
  let at = start;
  while (text[at] === ' ') at += 1;
  const first = at;
  let value = 0;
  while (/^\d$/.test(text.charAt(at)) && at - first < String(most).length && value * 10 <= most) {
    value = value * 10 + Number(text[at]);
    at += 1;
  }
  return at === first || value < least || value > most ? null : { value, at };
}

/** A name or its first three letters, in any case. */
function name(field: keyof TimeFields, names: readonly string[]): Reader {
  const words = names.flatMap((full, index) => [
    { word: full, index },
    { word: full.slice(0, 3), index },
  ]);
  return (state) => {
    const found = words.find(
      ({ word }) => state.text.slice(state.at, state.at + word.length).toLowerCase() === word.toLowerCase(),
    );
    return found
      ? { ...state, at: state.at + found.word.length, fields: { ...state.fields, [field]: found.index } }
      : null;
  };
}

function hour(limits: readonly [number, number], isTwelveHours: boolean): Reader {
  const read = number('hour', limits, (value) => (isTwelveHours ? value % 12 : value));
  return (state) => {
    const after = read(state);
    return after && { ...after, isTwelveHours };
  };
}

function half(state: State): State | null {
  const word = state.text.slice(state.at, state.at + 2).toLowerCase();
  return word === 'am' || word === 'pm' ? { ...state, at: state.at + 2, isAfternoon: word === 'pm' } : null;
}

/** `Z`, or a sign, hours and perhaps minutes: `+02`, `+0200`, `+02:00`. */
function offset(state: State): State | null {
  return matched(state, /\s*(?:Z|([+-])(\d\d)(?::?(\d\d))?)/y, ([, sign, hours = '0', minutes = '0']) => {
    if (Number(minutes) > 59) return null;
    const seconds = Number(hours) * 3600 + Number(minutes) * 60;
    return { gmtoff: sign === '-' ? -seconds : seconds };
  });
}

/** The fields with those that follow from them: where a date was read, its days of the week and of the year. */
function complete({ fields, isAfternoon, isTwelveHours }: State): TimeFields {
  const { hour: read = 0, year, mon, mday } = fields;
  const known = isTwelveHours === true && isAfternoon === true ? { ...fields, hour: read + 12 } : fields;
  return [year, mon, mday].every((field) => field === undefined) ? known : withDays(byYearDay(known));
}

/** Month and day by the day of the year, where they are not known. C looks at it only where it lacks the weekday, too. */
function byYearDay(fields: TimeFields): TimeFields {
  const { year = 0, mon, mday, wday, yday } = fields;
  if (yday === undefined || wday !== undefined || (mon !== undefined && mday !== undefined)) return fields;
  const date = utc(year, 0, yday + 1);
  return { ...fields, mon: mon ?? date.getUTCMonth(), mday: mday ?? date.getUTCDate() };
}

function withDays(fields: TimeFields): TimeFields {
  const { year = 0, mon = 0, mday = 0 } = fields;
  const wday = utc(year, mon, mday).getUTCDay();
  const yday = daysBetween(utc(year, 0, 1), utc(year, mon, 1)) + mday - 1;
  return { wday, yday, ...fields };
}

export function daysBetween(first: Date, last: Date): number {
  return Math.floor((last.getTime() - first.getTime()) / 86_400_000);
}

/** `Date.UTC`, but the year counts from 1900, and may have two digits. */
export function utc(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year + 1900, month, day);
  return date;
}
