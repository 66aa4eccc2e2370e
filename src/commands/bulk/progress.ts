import { isCI, type Context } from '../../context.ts';
import { safeText } from '../../model/safe-text.ts';
import type { CommonFlags } from '../flags.ts';
import { note } from '../note.ts';
import type { Item } from './items.ts';

/** Shows on stderr how far a run has come: a line that is drawn anew on a terminal, elsewhere a line for each account. */
export interface Progress {
  readonly done: (item: Item) => Promise<void>;
  /** One line for people that stays. */
  readonly note: (text: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

export interface ProgressOptions {
  readonly ctx: Context;
  readonly common: CommonFlags;
  readonly total: number;
}

export function createProgress(options: ProgressOptions): Progress {
  const { ctx, common } = options;
  const isWatched = ctx.stderr.isTTY && !isCI(ctx.env) && ctx.env['TERM'] !== 'dumb';
  return isWatched && !common.quiet ? bar(options) : lines(options);
}

function lines({ ctx, common, total }: ProgressOptions): Progress {
  let count = 0;
  return {
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

function bar({ ctx, common, total }: ProgressOptions): Progress {
  const startedAt = ctx.now();
  const counts = { rotated: 0, failed: 0, skipped: 0 };

  async function draw(): Promise<void> {
    const done = counts.rotated + counts.failed + counts.skipped;
    const text = barText({ done, total, failed: counts.failed, elapsedMs: ctx.now() - startedAt });
    await ctx.stderr.write(`${clear}${text.slice(0, (ctx.stderr.columns ?? 80) - 1)}`);
  }

  async function say(text: string): Promise<void> {
    await ctx.stderr.write(clear);
    await note(ctx, common, text);
    await draw();
  }

  return {
    done: async (item) => {
      counts[item.kind] += 1;
      if (item.kind === 'failed') await say(sentenceOf(item));
      else await draw();
    },
    note: say,
    end: () => ctx.stderr.write(clear),
  };
}

interface Stand {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly elapsedMs: number;
}

const barWidth = 24;

/** e.g. `rotating [######------------------] 125/500, 2 failed, 12 s left` */
function barText({ done, total, failed, elapsedMs }: Stand): string {
  const filled = Math.round((barWidth * done) / total);
  const picture = '#'.repeat(filled).padEnd(barWidth, '-');
  const leftMs = done === 0 ? null : (elapsedMs / done) * (total - done);
  return [
    `rotating [${picture}] ${done}/${total}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(leftMs === null || done === total ? [] : [`${Math.ceil(leftMs / 1000)} s left`]),
  ].join(', ');
}

function sentenceOf(item: Item): string {
  const { provider, name } = item.item;
  const who = safeText(`${name ?? ''} (${provider})`);
  if (item.kind === 'rotated') return `rotated ${who}`;
  if (item.kind === 'failed') return `failed: ${who}: ${item.item.error.message}`;
  const { reason, detail } = item.item;
  return `left ${who}: ${reason}${detail === null ? '' : `, ${detail}`}`;
}
