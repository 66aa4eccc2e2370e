import { styleText } from 'node:util';

import type { Context, Environment, Output } from '../context.ts';
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

export interface StyleOptions {
  /** The stream the text goes to. */
  readonly stream: 'stdout' | 'stderr';
  /** False with `--no-color`. */
  readonly color?: boolean | undefined;
}

const unknownTerminalWidth = 80;

/** How text on `stream` looks: width and colour follow the terminal, `NO_COLOR` and `TERM=dumb`. */
export function styleFor(ctx: Context, options: StyleOptions): Style {
  const stream = ctx[options.stream];
  return {
    paint: painter(options.color !== false && allowsColour(stream, ctx.env)),
    // Some pseudo-terminals report a width of 0.
    width: stream.isTTY ? stream.columns || unknownTerminalWidth : Infinity,
    isTTY: stream.isTTY,
    now: ctx.now(),
    timeZone: ctx.timeZone,
  };
}

function allowsColour(stream: Output, env: Environment): boolean {
  return stream.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

const formats = {
  heading: 'bold',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  muted: 'dim',
} as const satisfies Record<Tone, string>;

function painter(enabled: boolean): Style['paint'] {
  if (!enabled) return (_, text) => text;
  // Newer versions of Node would check the real stdout.
  return (tone, text) => styleText(formats[tone], text, { validateStream: false });
}

/** What a colour means. */
export type Tone = 'heading' | 'good' | 'warning' | 'bad' | 'muted';

/**
 * Green for what works, yellow for an expiry less than 14 days away, red for what has expired or failed. `now` is in
 * milliseconds since the epoch.
 */
export function accountTone(
  account: { readonly status: AccountStatus; readonly expiresAt: string | null },
  now: number,
): Tone | null {
  if (account.status === 'expired' || account.status === 'error') return 'bad';
  if (account.status === 'disabled' || account.status === 'deleting') return 'muted';
  return expiryTone(account.expiresAt, now) ?? (account.status === 'active' ? 'good' : null);
}

/** Red when the ISO 8601 time has passed, yellow when it is less than 14 days away, else null. */
export function expiryTone(expiresAt: string | null, now: number): Tone | null {
  const left = expiresAt === null ? NaN : Date.parse(expiresAt) - now;
  if (left <= 0) return 'bad';
  return left < soonMs ? 'warning' : null;
}
