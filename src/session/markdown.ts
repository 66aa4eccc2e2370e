import type { IssuanceResult } from '../delivery/result.ts';
import { safeText } from '../model/text.ts';
import type { ErrorObject } from '../output/error.ts';

/** A table under its title; nothing without rows. Its cells are text of others, and made safe. */
export function section(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const cells = [header, header.map(() => '---'), ...rows.map((row) => row.map(markdownText))];
  return [`### ${title}`, cells.map((row) => `| ${row.join(' | ')} |`).join('\n')];
}

/** Of credentials that were issued. */
export const doneHeader = ['account', 'provider', 'expires', 'fingerprint', 'delivered to'];

export function doneRow({ name, provider, expiresAt, credential, deliveredTo }: IssuanceResult): readonly string[] {
  const targets = deliveredTo.map(({ target }) => target).join(', ');
  return [name, provider, credential?.expiresAt ?? expiresAt ?? '', credential?.fingerprint ?? '', targets];
}

export const failedHeader = ['account', 'provider', 'exit code', 'what happened', 'what helps'];

/** @param failed its name is null where all accounts of the provider are meant */
export function failedRow({
  name,
  provider,
  error,
}: {
  readonly name: string | null;
  readonly provider: string;
  readonly error: ErrorObject;
}): readonly string[] {
  return [name ?? 'all', provider, String(error.exitCode), error.message, error.hint ?? ''];
}

/**
 * Text of others in GitHub's Markdown, where it cannot become a link, a mention or HTML. An `@` names nobody when a joiner of
 * no width follows it, and an address without its colon or dot is no link.
 */
export function markdownText(text: string): string {
  return safeText(text)
    .replaceAll(/[\\`*_[\]<>|#!~&]/g, String.raw`\$&`)
    .replaceAll(/(?<=\b(?:https?|ftp)):(?=\/\/)|(?<=\bwww)\./gi, String.raw`\$&`)
    .replaceAll('@', '@\u200D');
}
