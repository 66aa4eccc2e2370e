import { safeText } from '../model/text.ts';
import type { BulkResult, FailedItem, RotatedItem, SkippedItem } from './items.ts';

/** The report as GitHub's Markdown. Text of providers is escaped, so that it cannot become a link, a mention or HTML. */
export function bulkMarkdown(
  { rotated, skipped, failed }: BulkResult,
  { isSandbox }: { readonly isSandbox: boolean },
): string {
  const sections = [
    section('Failed', failedTable(failed)),
    section('Rotated', rotatedTable(rotated)),
    section('Skipped', skippedTable(skipped)),
  ];
  const title = `## Rotation of service accounts${isSandbox ? ' (sandbox)' : ''}`;
  const counts = `${rotated.length} rotated, ${skipped.length} skipped, ${failed.length} failed.`;
  return [title, counts, ...sections.filter((text) => text !== '')].join('\n\n').concat('\n');
}

function failedTable(items: readonly FailedItem[]): string {
  return markdownTable(
    ['account', 'provider', 'exit code', 'what happened', 'what helps'],
    items.map(({ name, provider, exitCode, error }) => [
      name ?? 'all',
      provider,
      String(exitCode),
      error.message,
      error.hint ?? '',
    ]),
  );
}

function rotatedTable(items: readonly RotatedItem[]): string {
  return markdownTable(
    ['account', 'provider', 'expires', 'fingerprint', 'delivered to'],
    items.map(({ name, provider, expiresAt, credential, deliveredTo }) => [
      name,
      provider,
      credential?.expiresAt ?? expiresAt ?? '',
      credential?.fingerprint ?? '',
      deliveredTo.map(({ target }) => target).join(', '),
    ]),
  );
}

function skippedTable(items: readonly SkippedItem[]): string {
  return markdownTable(
    ['account', 'provider', 'why'],
    items.map(({ name, provider, reason, detail }) => [
      name,
      provider,
      detail === null ? reason : `${reason}: ${detail}`,
    ]),
  );
}

function section(title: string, table: string): string {
  return table === '' ? '' : `### ${title}\n\n${table}`;
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return [header, header.map(() => '---'), ...rows.map((row) => row.map(escaped))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** An `@` names nobody when a joiner of no width follows it, and an address without its colon or dot is no link. */
function escaped(text: string): string {
  return safeText(text)
    .replaceAll(/[\\`*_[\]<>|#!~&]/g, String.raw`\$&`)
    .replaceAll(/(?<=\b(?:https?|ftp)):(?=\/\/)|(?<=\bwww)\./gi, String.raw`\$&`)
    .replaceAll('@', '@\u200D');
}
