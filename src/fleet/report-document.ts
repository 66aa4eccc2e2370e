import { ExitCode } from '../errors.ts';
import type { Column } from '../output/columns.ts';
import { sheetOf, type OutputDocument } from '../output/document.ts';
import { expiryTone, type Style, type Tone } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { CommandOutput } from '../session/output.ts';
import type { BulkResult, FailedItem, RotatedItem, SkippedItem } from './items.ts';

/** The result of an account, in one line. */
interface Row {
  readonly result: string;
  readonly tone: Tone;
  readonly provider: string;
  readonly profile: string | null;
  readonly name: string | null;
  readonly expiresAt: string | null;
  readonly detail: string;
  readonly id: string | null;
  /** Whether there may be very many like it. */
  readonly isUsual: boolean;
}

/** The report of a run. */
export function bulkDocument(result: BulkResult, marker: CommandOutput['marker']): OutputDocument {
  return documentOf({ ...result, ...marker }, result);
}

/** The report of `recover deliver --all`. */
export function deliveryDocument(result: BulkResult, marker: CommandOutput['marker']): OutputDocument {
  const { delivered, skipped, failed } = result;
  return documentOf({ delivered, skipped, failed, ...marker }, result);
}

function documentOf(value: object, { rotated, delivered, skipped, failed }: BulkResult): OutputDocument {
  function rows(): readonly Row[] {
    // Failures come last, where people look first.
    return [
      ...skipped.map(skippedRow),
      ...delivered.map((item) => doneRow(item, 'delivered')),
      ...rotated.map((item) => doneRow(item, 'rotated')),
      ...failed.map(failedRow),
    ];
  }
  return { value, human: (style) => humanText(rows(), style), sheet: () => sheetOf(rows(), columns) };
}

function doneRow({ credential, deliveredTo, ...account }: RotatedItem, result: string): Row {
  return {
    ...account,
    result,
    tone: 'good',
    expiresAt: credential?.expiresAt ?? account.expiresAt,
    detail: deliveredTo.map(({ target }) => target).join(', '),
    isUsual: false,
  };
}

function skippedRow({ reason, detail, ...account }: SkippedItem): Row {
  return {
    ...account,
    result: 'skipped',
    tone: 'muted',
    detail: detail === null ? reason : `${reason}: ${detail}`,
    isUsual: reason === 'not due',
  };
}

const failures: ReadonlyMap<ExitCode, string> = new Map([
  [ExitCode.undelivered, 'undelivered'],
  [ExitCode.unknownOutcome, 'unknown'],
  [ExitCode.partial, 'partial'],
  [ExitCode.actionRequired, 'by hand'],
]);

function failedRow({ error, exitCode, ...account }: FailedItem): Row {
  return {
    ...account,
    result: failures.get(exitCode) ?? 'failed',
    tone: exitCode === ExitCode.actionRequired ? 'warning' : 'bad',
    detail: withoutSubject(error.message, account.id),
    isUsual: false,
  };
}

/** The message without the account's name, which has its own column. */
function withoutSubject(message: string, id: string | null): string {
  const naming = `(${id ?? ''}): `;
  const at = message.indexOf(naming);
  return message.startsWith('cannot ') && at > 0 ? message.slice(at + naming.length) : message;
}

const columns: readonly Column<Row>[] = [
  { name: 'result', value: ({ result }) => result, tone: ({ tone }) => tone },
  { name: 'provider', value: ({ provider }) => provider },
  { name: 'profile', value: ({ profile }) => profile, optional: true },
  { name: 'name', value: ({ name }) => name },
  {
    name: 'expiresAt',
    header: 'EXPIRES',
    value: ({ expiresAt }) => expiresAt,
    isTime: true,
    hideEmpty: true,
    spare: 1,
    tone: ({ expiresAt }, now) => expiryTone(expiresAt, now),
  },
  { name: 'id', value: ({ id }) => id, spare: 2 },
  { name: 'detail', value: ({ detail }) => detail, shrink: 2 },
];

/** More accounts than these that are not due are only counted. */
const mostUsual = 10;

async function humanText(rows: readonly Row[], style: Style): Promise<string> {
  const usual = rows.filter(({ isUsual }) => isUsual);
  const isLong = usual.length > mostUsual;
  const shown = isLong ? rows.filter(({ isUsual }) => !isUsual) : rows;
  const text = await table({ rows: shown, columns: columns.filter(({ optional }) => optional !== true), style });
  return isLong ? `${text}${usual.length} more are not due; --format json names them.\n` : text;
}
