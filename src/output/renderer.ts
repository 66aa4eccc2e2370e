import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { sheetOfValue, type OutputDocument } from './document.ts';
import { flagProblems, outputKind, type OutputFlags, type OutputKind } from './format.ts';
import type { Format } from '../model/format.ts';
import { compactJson, prettyJson } from './json.ts';
import type { Query } from './query.ts';
import { styleFor } from './style.ts';

/** Turns results into the text that goes to stdout. It may be used any number of times. */
export interface Renderer {
  readonly format: OutputKind;
  /**
   * Text with every line ended, or no text at all.
   * @throws FailedError `filter` when a filter fails, UsageError when `--raw` is asked of a document without a raw answer
   */
  readonly render: (document: OutputDocument) => Promise<string>;
}

/**
 * Checks the output flags and compiles every filter; to be called before the first request.
 * @throws UsageError with every problem found
 */
export async function prepareRenderer(ctx: Context, flags: OutputFlags): Promise<Renderer> {
  const format = outputKind(flags);
  const problems = flagProblems(flags);
  if (format === 'query') {
    const query = await loadQuery(ctx, { flags, problems });
    return {
      format,
      render: async (document) => query(dataOf(document, flags), secrecyOf(document)),
    };
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { format, render: async (document) => byFormat[format]({ ctx, flags, document }) };
}

async function loadQuery(
  ctx: Context,
  { flags, problems }: { readonly flags: OutputFlags; readonly problems: readonly string[] },
): Promise<Query> {
  const { prepareQuery } = await import('./query.ts');
  const query = await prepareQuery(ctx, flags).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError([...problems, ...error.problems], { hint: error.hint, cause: error });
  });
  if (problems.length > 0) throw new UsageError(problems);
  return query;
}

interface Rendering {
  readonly ctx: Context;
  readonly flags: OutputFlags;
  readonly document: OutputDocument;
}

const byFormat = {
  table: ({ ctx, flags, document }) => document.human(styleFor(ctx, { stream: 'stdout', color: flags.color })),
  json: ({ flags, document }) => prettyJson(dataOf(document, flags)),
  ndjson: ({ flags, document }) => lines(dataOf(document, flags)),
  yaml: async ({ document }) => (await import('./yaml.ts')).yaml(document.value),
  csv: async ({ document }) => (await import('./csv.ts')).csv(document.sheet?.() ?? sheetOfValue(document.value)),
} satisfies Record<Format, (rendering: Rendering) => string | Promise<string>>;

function dataOf(document: OutputDocument, flags: OutputFlags): unknown {
  if (flags.raw !== true) return document.value;
  if (document.raw === undefined) {
    throw new UsageError('--raw: this command has no answer of a provider to print');
  }
  return document.raw();
}

function secrecyOf(document: OutputDocument): { readonly isSecret: boolean } {
  return { isSecret: document.secretDocument ?? false };
}

function lines(value: unknown): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => `${compactJson(item)}\n`).join('');
}
