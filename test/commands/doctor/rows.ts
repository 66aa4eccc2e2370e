import { testContext, type TestContextOptions } from '../../harness/context.ts';
import { runIn, type Outcome } from '../../harness/run.ts';

/** One result, as `--json` has it. */
export interface Row {
  readonly provider: string | null;
  readonly profile: string | null;
  readonly level: string;
  readonly check: string;
  readonly message: string;
  readonly hint: string | null;
}

/** What a run of doctor says, `--json` parsed. */
export interface Examined {
  readonly code: number;
  readonly rows: readonly Row[];
  readonly stderr: string;
}

type Run = (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;

/** Runs doctor with `--json`; by default on a machine with nothing on it. */
export async function doctor(
  argv: readonly string[] = [],
  options: TestContextOptions = {},
  run: Run = (words, given) => runIn(testContext(given), words),
): Promise<Examined> {
  const { code, stdout, stderr } = await run(['doctor', '--json', ...argv], options);
  return { code, rows: JSON.parse(stdout) as Row[], stderr };
}

/** The results of one check. */
export function of(check: string, { rows }: Examined): readonly Row[] {
  return rows.filter((row) => row.check === check);
}

/** `level message` of the results of one check, with the hint where there is one. */
export function said(check: string, examined: Examined): readonly string[] {
  return of(check, examined).map(({ level, message, hint }) =>
    [`${level}: ${message}`, ...(hint === null ? [] : [hint])].join(' -> '),
  );
}

/** A provider that knows the caller, and nothing else. */
export function knownCaller(): Promise<Response> {
  const claims = { 'https://unikorn-cloud.org/authz': { acctype: 'user' } };
  return Promise.resolve(Response.json({ sub: 'ann', ...claims }));
}
