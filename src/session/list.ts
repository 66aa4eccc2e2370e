import { compareText } from '../model/text.ts';
import { ExitCode } from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Column } from '../output/columns.ts';
import { listDocument } from '../output/document.ts';
import type { Role } from '../providers/provider.ts';
import type { Session } from './session.ts';

/** What groups, roles, scopes and organizations have in common. */
export interface NamedRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly raw: unknown;
}

type NameAndId = Readonly<Record<'name' | 'id', string | null>>;

/** The order of lists: by name, then id. */
export function byName(a: NameAndId, b: NameAndId): number {
  return compareText(a.name ?? '', b.name ?? '') || compareText(a.id ?? '', b.id ?? '');
}

/** Prints groups, roles and the like, sorted by name; `raw` keeps the provider's order. */
export async function printList<Row extends NamedRow>(
  session: Session,
  {
    rows,
    columns,
    warnings = [],
    what,
  }: { rows: readonly Row[]; columns: readonly Column<Row>[]; warnings?: readonly string[]; what: string },
): Promise<ExitCode> {
  await session.emit(listDocument({ rows: rows.toSorted(byName), columns, raw: () => rows.map((row) => row.raw) }));
  for (const text of warnings) await session.note(text);
  if (rows.length === 0) await session.note(`no ${what}`);
  return ExitCode.done;
}

/** Roles by id; empty when the caller may not read them. */
export async function readableRoles({ provider }: Session): Promise<ReadonlyMap<string, Role>> {
  const roles = provider.listRoles === undefined ? null : await orNull(provider.listRoles());
  return new Map((roles?.rows ?? []).map((role) => [role.id, role]));
}

/** Null when the caller has no right to read it. */
export async function orNull<Value>(read: Promise<Value>): Promise<Value | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof HttpError && error.verdict === 403) return null;
    throw error;
  }
}
