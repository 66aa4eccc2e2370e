import type { Format } from '../model/format.ts';

/** The output flags of one run, as the command line and the configuration gave them. */
export interface OutputFlags {
  readonly json?: true | undefined;
  /** Filters of `-q`, in the order they were given. */
  readonly query?: readonly string[] | undefined;
  readonly queryFile?: string | undefined;
  /** From `--format`: excludes `--json` and `-q`. */
  readonly format?: Format | undefined;
  /** From the configuration: every flag goes before it. */
  readonly configuredFormat?: Format | undefined;
  readonly raw?: true | undefined;
  /** From `--columns` only: columns that come from the configuration never conflict with a flag. */
  readonly columns?: readonly string[] | undefined;
  /** False with `--no-color`. */
  readonly color?: boolean | undefined;
}

export type OutputKind = Format | 'query';

/** What is printed: `query` with a filter, else the flag's format, the configuration's, `table`. */
export function outputKind(flags: OutputFlags): OutputKind {
  if (hasQuery(flags)) return 'query';
  if (flags.json === true) return 'json';
  return flags.format ?? flags.configuredFormat ?? 'table';
}

/** One sentence for each pair of output flags that contradict each other. */
export function flagProblems(flags: OutputFlags): string[] {
  const kind = outputKind(flags);
  const problems: string[] = [];
  const chosen = choosers(flags);
  if (chosen.length > 1) {
    // Those who come from gh give both.
    const [first, filter, other] = chosen;
    const isBoth = first === '--json' && hasQuery(flags) && other === undefined;
    const instead = isBoth ? `; ${filter} alone filters that JSON` : '';
    problems.push(`${chosen.join(' and ')} exclude each other: each says what is printed${instead}`);
  }
  if (flags.raw === true && (kind === 'table' || kind === 'yaml' || kind === 'csv')) {
    problems.push('--raw goes only with --json, -q, --query-file or --format ndjson');
  }
  if (flags.columns !== undefined && kind !== 'table' && kind !== 'csv') {
    problems.push('--columns goes only with --format table or csv');
  }
  return problems;
}

function choosers(flags: OutputFlags): string[] {
  const names: string[] = [];
  if (flags.json === true) names.push('--json');
  if (hasQuery(flags)) names.push((flags.query ?? []).length > 0 ? '-q' : '--query-file');
  if (flags.format !== undefined) names.push('--format');
  return names;
}

function hasQuery(flags: OutputFlags): boolean {
  return (flags.query ?? []).length > 0 || flags.queryFile !== undefined;
}
