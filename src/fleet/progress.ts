import type { Context } from '../context.ts';
import { isCI } from '../model/run-environment.ts';
import { safeText } from '../model/text.ts';
import type { CommonFlags } from '../session/flags.ts';
import { note, noteLine, sandboxMark } from '../session/note.ts';
import type { CommandOutput } from '../session/output.ts';
import type { Item } from './items.ts';

/** Shows the progress of a run on stderr: a bar on a terminal, else a line for each account. */
export interface Progress {
  readonly begin: () => Promise<void>;
  readonly done: (item: Item) => Promise<void>;
  /** Prints a line above the bar. */
  readonly note: (text: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

export interface ProgressOptions extends Pick<CommandOutput, 'marker'> {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly total: number;
}

export function createProgress(options: ProgressOptions): Progress {
  const { ctx, common, total } = options;
  const isWatched = ctx.stderr.isTTY && !isCI(ctx.env) && ctx.env['TERM'] !== 'dumb';
  return isWatched && !common.quiet && total > 0 ? bar(options) : lines(options);
}

function lines({ ctx, common, total }: ProgressOptions): Progress {
  let count = 0;
  return {
    begin: () => Promise.resolve(),
    done: async (item) => {
      count += 1;
      await note(ctx, common, `[${count}/${total}] ${sentenceOf(item)}`);
    },
    note: (text) => note(ctx, common, text),
    end: () => Promise.resolve(),
  };
}

/** Back to the line's beginning, and all of it gone. */
const clear = '\r\u001B[K';

/** Every change of the bar is one write, because accounts end at the same time. */
function bar({ ctx, total, marker }: ProgressOptions): Progress {
  const { stderr } = ctx;
  const startedAt = ctx.now();
  const counts = { rotated: 0, delivered: 0, failed: 0, skipped: 0 };

  function picture(): string {
    const done = counts.rotated + counts.delivered + counts.failed + counts.skipped;
    // A full line would wrap; some terminals report no columns.
    const room = Math.max((stderr.columns || 80) - 1 - (marker.sandbox ? sandboxMark.length : 0), 0);
    return `${clear}${barText({ done, total, failed: counts.failed, elapsedMs: ctx.now() - startedAt }, room)}`;
  }

  function say(text: string): Promise<void> {
    return stderr.write(`${clear}${noteLine(text)}${picture()}`);
  }

  return {
    begin: () => stderr.write(picture()),
    done: async (item) => {
      counts[item.kind] += 1;
      await (item.kind === 'failed' ? say(sentenceOf(item)) : stderr.write(picture()));
    },
    note: say,
    end: () => stderr.write(clear),
  };
}

function sentenceOf(item: Item): string {
  const { provider, name } = item.item;
  const who = safeText(`${name ?? ''} (${provider})`);
  if (item.kind === 'rotated' || item.kind === 'delivered') return `${item.kind} ${who}`;
  if (item.kind === 'failed') return `failed: ${who}: ${item.item.error.message}`;
  const { reason, detail } = item.item;
  return `left ${who}: ${reason}${detail === null ? '' : `, ${detail}`}`;
}

const barWidth = 24;

/**
 * e.g. `rotating [######------------------] 125/500, 2 failed, 12 s left`. Where there is not `room` for all of it, the
 * bar goes first, then the time, then the failures.
 */
export function barText(
  counts: Readonly<Record<'done' | 'total' | 'failed' | 'elapsedMs', number>>,
  room = Infinity,
): string {
  const { done, total, failed, elapsedMs } = counts;
  const filled = Math.round((barWidth * done) / total);
  const drawn = `[${'#'.repeat(filled).padEnd(barWidth, '-')}] `;
  const leftMs = done === 0 ? null : (elapsedMs / done) * (total - done);
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  const left = leftMs === null || done === total ? '' : `, ${Math.ceil(leftMs / 1000)} s left`;
  const count = `${done}/${total}`;
  const forms = [`${drawn}${count}${failures}${left}`, `${count}${failures}${left}`, `${count}${failures}`, count];
  const texts = forms.map((form) => `rotating ${form}`);
  return texts.find((text) => text.length <= room) ?? count.slice(0, room);
}
