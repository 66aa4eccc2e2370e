import { JqLimitError } from './jq-error.ts';
import { daysBetween, strptime, utc } from './jq-strptime.ts';

/** C's `struct tm`, each in 32 bits. */
const order = ['sec', 'min', 'hour', 'mday', 'mon', 'year', 'wday', 'yday', 'isdst', 'gmtoff', 'zone'] as const;

type Fields = Readonly<Partial<Record<(typeof order)[number], number>>>;

/** The functions of jq-wasm 3.0.0 that are replaced here, by the names under which jq 1.8.2 imports them. */
export interface TimeFunctions {
  /** gmtime and localtime: fill the struct for seconds since the epoch. */
  readonly r: (seconds: bigint, tm: number) => void;
  readonly s: (seconds: bigint, tm: number) => void;
  /** mktime and timegm: the seconds of a struct, which is put in order. */
  readonly t: (tm: number) => bigint;
  readonly u: (tm: number) => bigint;
  /** tzset: writes the names of the local zone. */
  readonly v: (timezone: number, daylight: number, standardName: number, daylightName: number) => void;
  /** strptime: where it stopped in the text, 0 where it does not match. */
  readonly w: (text: number, format: number, tm: number) => number;
}

/** Seconds; JavaScript's dates end there. */
const furthest = 8_640_000_000_000n;

/**
 * Those functions as C has them: offsets and `%Z` for UTC, years of less than three digits, and a `strptime` that knows
 * `12 AM`. JavaScript does not know the short names of other zones, so that `%Z` fails there.
 */
export function timeFunctions(given: TimeFunctions, memory: () => ArrayBufferLike): TimeFunctions {
  let utcName = 0;
  function write(tm: number, fields: Fields): void {
    const words = new Int32Array(memory(), tm, order.length);
    for (const [place, name] of order.entries()) words[place] = fields[name] ?? words[place] ?? 0;
  }
  function textAt(pointer: number): string {
    const bytes = new Uint8Array(memory());
    return Buffer.from(bytes.slice(pointer, bytes.indexOf(0, pointer))).toString('latin1');
  }
  return {
    r: (seconds, tm) => given.r(inRange(seconds), tm),
    s: (seconds, tm) => given.s(inRange(seconds), tm),
    t: (tm) => {
      const seconds = given.t(tm);
      const gmtoff = -new Date(Number(seconds) * 1000).getTimezoneOffset() * 60;
      write(tm, { gmtoff, zone: isUtcHere() ? utcName : 0 });
      return seconds;
    },
    u: (tm) => {
      const { seconds, fields } = timegm(new Int32Array(memory(), tm, order.length));
      write(tm, { ...fields, isdst: 0, gmtoff: 0, zone: utcName });
      return seconds;
    },
    v: (timezone, daylight, standardName, daylightName) => {
      given.v(timezone, daylight, standardName, daylightName);
      new Uint8Array(memory()).set(Buffer.from('UTC\0'), standardName);
      utcName = standardName;
    },
    w: (text, format, tm) => {
      const found = strptime(textAt(text), textAt(format));
      if (found === null) return 0;
      write(tm, found.fields);
      return text + found.end;
    },
  };
}

function inRange(seconds: bigint): bigint {
  if (seconds <= furthest && seconds >= -furthest) return seconds;
  throw new JqLimitError('has no dates more than 270,000 years away (are these milliseconds?)');
}

function isUtcHere(): boolean {
  return /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu)$/.test(new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

function timegm(tm: Int32Array): { readonly seconds: bigint; readonly fields: Fields } {
  const [sec = 0, min = 0, hour = 0, mday = 0, mon = 0, year = 0] = tm;
  const date = utc(year, mon, mday);
  date.setUTCHours(hour, min, sec);
  if (Number.isNaN(date.getTime())) return { seconds: -1n, fields: {} };
  const yearBegan = utc(date.getUTCFullYear() - 1900, 0, 1);
  const fields = {
    sec: date.getUTCSeconds(),
    min: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    mday: date.getUTCDate(),
    mon: date.getUTCMonth(),
    year: date.getUTCFullYear() - 1900,
    wday: date.getUTCDay(),
    yday: daysBetween(yearBegan, date),
  };
  return { seconds: BigInt(date.getTime() / 1000), fields };
}
