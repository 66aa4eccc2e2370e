import { styleText } from 'node:util';

import type { Context } from '../context.ts';
import type { AccountStatus } from '../model/account.ts';
import { soonMs } from '../model/duration.ts';

/** What text for people depends on besides the data. */
export interface Style {
  readonly paint: (tone: Tone, text: string) => string;
  /** Columns a line may take; Infinity where there is no terminal. */
  readonly width: number;
  /** On a terminal times are relative, elsewhere ISO 8601. */
  readonly isTTY: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** IANA zone; undefined is the system's own. */
  readonly timeZone: string | undefined;
}

const unknownTerminalWidth = 80;

/** How text on a stream looks: width and colour follow the terminal, `--no-color`, `NO_COLOR` and `TERM=dumb`. */
export function styleFor(
  ctx: Context,
  options: { readonly stream: 'stdout' | 'stderr'; readonly color?: boolean | undefined },
): Style {
  const stream = ctx[options.stream];
  const { NO_COLOR: noColour = '', TERM: terminal } = ctx.env;
  const hasColour = options.color !== false && stream.isTTY && noColour === '' && terminal !== 'dumb';
  return {
    // Without `validateStream`, newer versions of Node would check the real stdout.
    paint: (tone, text) => (hasColour ? styleText(formats[tone], text, { validateStream: false }) : text),
    // Some pseudo-terminals report a width of 0.
    width: stream.isTTY ? stream.columns || unknownTerminalWidth : Infinity,
    isTTY: stream.isTTY,
    now: ctx.now(),
    timeZone: ctx.timeZone,
  };
}

const formats = { heading: 'bold', good: 'green', warning: 'yellow', bad: 'red', muted: 'dim' } as const;

/** What a colour means. */
export type Tone = keyof typeof formats;

/** Green for what works, yellow for an expiry less than 14 days away, red for what has expired or failed. */
export function accountTone(
  account: { readonly status: AccountStatus; readonly expiresAt: string | null },
  now: number,
): Tone | null {
  if (account.status === 'expired' || account.status === 'error') return 'bad';
  if (account.status === 'disabled' || account.status === 'deleting') return 'muted';
  return expiryTone(account.expiresAt, now) ?? (account.status === 'active' ? 'good' : null);
}

/** Red when the ISO 8601 time has passed, yellow when it is less than 14 days after `now` (milliseconds), else null. */
export function expiryTone(expiresAt: string | null, now: number): Tone | null {
  const left = expiresAt === null ? NaN : Date.parse(expiresAt) - now;
  if (left <= 0) return 'bad';
  return left < soonMs ? 'warning' : null;
}
