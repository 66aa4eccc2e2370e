import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { Format } from '../model/format.ts';
import { sheetOfValue, type OutputDocument } from './document.ts';
import type { JqQuery } from './query.ts';
import { csv, ndjson, prettyJsonPieces, yaml } from './serialize.ts';
import { styleFor } from './style.ts';

/** The output flags of one run, as the command line and the configuration gave them. */
export interface OutputFlags {
  readonly json?: true | undefined;
  /** Filters of `-q`, in the order they were given. */
  readonly query?: readonly string[] | undefined;
  readonly queryFile?: string | undefined;
  /** Of `--arg`, as they were given. */
  readonly arg?: readonly string[] | undefined;
  /** From `--format`: excludes `--json` and `-q`. */
  readonly format?: Format | undefined;
  /** From the configuration: every flag overrides it. */
  readonly configuredFormat?: Format | undefined;
  readonly raw?: true | undefined;
  /** Only with csv. */
  readonly crlf?: true | undefined;
  /** What forbids to print a credential, as a sentence; null where nothing does. */
  readonly printingBan?: string | null;
  /** From `--columns` only: columns of the configuration never conflict with a flag. */
  readonly columns?: readonly string[] | undefined;
  readonly wide?: true | undefined;
  /** False with `--no-color`. */
  readonly color?: boolean | undefined;
  /** False with `--no-input`. */
  readonly input?: boolean | undefined;
  readonly quiet?: true | undefined;
}

/** How a pager is used. */
export interface Paging {
  /** Whether nothing is said where it cannot be started. */
  readonly isQuiet: boolean;
}

/** What is printed: `query` with a filter. */
export type OutputKind = Format | 'query';

/** Turns results into the text for stdout. It may be used any number of times. */
export interface Renderer {
  readonly format: OutputKind;
  /** Whether a flag of this command line chose it; a file or the default did otherwise. */
  readonly isChosen: boolean;
  /** What forbids to print a credential, as a sentence; null where nothing does. */
  readonly printingBan: string | null;
  /** Null where no pager is used: for what programs read, and where nobody is to be asked for a key. */
  readonly paging: Paging | null;
  /**
   * Text with every line ended, or none, in pieces: those of a long list are made one after the other. What can fail has
   * failed before the first. @throws FailedError (`filter`); UsageError for `--raw` without an answer
   */
  readonly pieces: (document: OutputDocument) => Promise<Iterable<string>>;
  /** The same as one text. @throws as `pieces` */
  readonly render: (document: OutputDocument) => Promise<string>;
}

/** Checks the output flags and compiles the filters, before the first request. @throws UsageError with every problem */
export async function prepareRenderer(ctx: Context, flags: OutputFlags): Promise<Renderer> {
  const format = outputKind(flags);
  const { printingBan = null, input = true, quiet = false } = flags;
  const paging = format === 'table' && input ? { isQuiet: quiet } : null;
  const isChosen = formatFlags(flags).length > 0 || flags.raw === true;
  const problems = flagProblems(flags);
  const pieces = format === 'query' ? await filtering(ctx, flags, problems) : writing(ctx, flags, format);
  if (problems.length > 0) throw new UsageError(problems);
  return {
    format,
    isChosen,
    printingBan,
    paging,
    pieces,
    render: async (document) => Array.from(await pieces(document)).join(''),
  };
}

function writing(ctx: Context, flags: OutputFlags, format: Format): Renderer['pieces'] {
  return async (document) => writers[format](document, flags, ctx);
}

async function filtering(ctx: Context, flags: OutputFlags, problems: readonly string[]): Promise<Renderer['pieces']> {
  const query = await loadQuery(ctx, flags, problems);
  return async (document) => query(dataOf(document, flags), { isSecret: document.secretDocument ?? false });
}

async function loadQuery(ctx: Context, flags: OutputFlags, problems: readonly string[]): Promise<JqQuery> {
  const { prepareQuery } = await import('./query.ts');
  return prepareQuery(ctx, flags).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError([...problems, ...error.problems], { hint: error.hint, cause: error });
  });
}

const writers = {
  table: async (document, flags, ctx) => [
    await document.human(styleFor(ctx, { stream: 'stdout', color: flags.color })),
  ],
  json: (document, flags) => prettyJsonPieces(dataOf(document, flags)),
  ndjson: (document, flags) => ndjson(dataOf(document, flags)),
  yaml: (document) => yaml(document.value),
  csv: (document, { crlf = false }) => csv(document.sheet?.() ?? sheetOfValue(document.value), { hasCrlf: crlf }),
} satisfies Record<
  Format,
  (document: OutputDocument, flags: OutputFlags, ctx: Context) => Iterable<string> | Promise<Iterable<string>>
>;

function dataOf(document: OutputDocument, flags: OutputFlags): unknown {
  if (flags.raw !== true) return document.value;
  if (document.raw === undefined) throw new UsageError('--raw: this command has no answer of a provider to print');
  return document.raw();
}

/** The filter's, else the flag's format, the configuration's, `table`. */
export function outputKind(flags: OutputFlags): OutputKind {
  if (hasQuery(flags)) return 'query';
  if (flags.json === true) return 'json';
  return flags.format ?? flags.configuredFormat ?? 'table';
}

/** One sentence for each pair of output flags that contradict each other. */
export function flagProblems(flags: OutputFlags): string[] {
  const kind = outputKind(flags);
  const problems: string[] = [];
  const chosen = formatFlags(flags);
  if (chosen.length > 1) {
    // People who know gh give both.
    const [first, filter, other] = chosen;
    const isBoth = first === '--json' && hasQuery(flags) && other === undefined;
    const instead = isBoth ? `; ${filter} alone filters that JSON` : '';
    problems.push(`${chosen.join(' and ')} exclude each other: each says what is printed${instead}`);
  }
  if (flags.raw === true && (kind === 'table' || kind === 'yaml' || kind === 'csv')) {
    problems.push('--raw goes only with --json, -q, --query-file or --format ndjson');
  }
  if (flags.arg !== undefined && kind !== 'query') problems.push('--arg goes only with -q or --query-file');
  if (flags.crlf && kind !== 'csv') problems.push('--crlf goes only with --format csv');
  return [...problems, ...columnProblems(flags, kind)];
}

function columnProblems({ columns, wide }: OutputFlags, kind: OutputKind): readonly string[] {
  const given = [...(columns === undefined ? [] : ['--columns']), ...(wide ? ['--wide'] : [])];
  if (given.length > 1) return ['--columns and --wide exclude each other'];
  return kind === 'table' || kind === 'csv' ? [] : given.map((flag) => `${flag} goes only with --format table or csv`);
}

/** The flags among those given that each choose what is printed. */
function formatFlags(flags: OutputFlags): string[] {
  const filter = (flags.query ?? []).length > 0 ? '-q' : '--query-file';
  return [
    ...(flags.json === true ? ['--json'] : []),
    ...(hasQuery(flags) ? [filter] : []),
    ...(flags.format === undefined ? [] : ['--format']),
  ];
}

function hasQuery(flags: OutputFlags): boolean {
  return (flags.query ?? []).length > 0 || flags.queryFile !== undefined;
}
