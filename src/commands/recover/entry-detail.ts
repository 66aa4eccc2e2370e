import { hintText, type Hint } from '../../model/hint.ts';
import { answerIn } from '../../delivery/life.ts';
import { readEntry, recoverCommand, replacementHint } from '../../delivery/recover.ts';
import { answerBytes } from '../../state/record.ts';
import type { Journal } from '../../state/journal.ts';
import { underWayHint, type StoredEntry } from '../../state/stored-entry.ts';
import { exactText, safeText } from '../../model/text.ts';
import { cellText } from '../../output/columns.ts';
import { detail, type Field } from '../../output/table.ts';
import type { Style } from '../../output/style.ts';
import type { EntryDocument } from './entry.ts';
import { entryStates } from './states.ts';
import type { Context } from '../../context.ts';
import type { Masker } from '../../delivery/mask.ts';
import { credentialDocument } from '../../delivery/result.ts';
import { FailedError } from '../../errors.ts';
import type { CredentialDocument } from '../../model/credential.ts';
import { requireReadable } from './pick.ts';

export interface EntryDetail {
  readonly entry: StoredEntry;
  readonly document: EntryDocument;
  readonly secret: Revealed | null;
}

/** An entry for people. The credential is alone on the last line; `exactText` says how it is printed. */
export function entryDetail({ entry, document, secret }: EntryDetail, style: Style): string {
  const fields = [...fieldsOf(document), { label: 'Next', value: hintText(nextStep(entry, document)) }].filter(
    ({ value }) => cellText(value) !== '',
  );
  return `${detail(fields, style)}${secretText(secret, style)}`;
}

function fieldsOf(document: EntryDocument): readonly Field[] {
  const { state } = document;
  return [
    { label: 'ID', value: document.id },
    { label: 'State', value: `${state}: ${entryStates[state].meaning}` },
    { label: 'Operation', value: document.operation },
    { label: 'Account', value: document.accountName },
    { label: 'Account ID', value: document.accountId },
    { label: 'Provider', value: document.provider },
    { label: 'Profile', value: document.profile },
    { label: 'Organization', value: document.organization },
    { label: 'Endpoint', value: document.endpoint },
    { label: 'Started', value: document.startedAt, isTime: true },
    { label: 'Targets', value: document.targets },
    { label: 'Delivered to', value: document.delivered },
    { label: 'Folder', value: document.targets.length === 0 ? null : document.directory },
    { label: 'Message', value: document.message },
  ];
}

/** What to do with the entry. */
function nextStep(entry: StoredEntry, { state, accountId }: EntryDocument): Hint {
  if (state === 'newer') return 'use the sactl that wrote it';
  if (entry.intent === null) return [`look at ${entry.path}; to remove it: `, recoverCommand('discard', entry)];
  if (state === 'under-way') return underWayHint;
  if (state === 'kept' || state === 'sealed') return recoverCommand('deliver', entry);
  if (state === 'held') return recoverCommand('discard', entry);
  return replacementHint(entry, accountId);
}

function secretText(secret: Revealed | null, style: Style): string {
  if (secret === null) return '';
  const { credential, answer } = secret;
  const heading = style.paint('heading', answer === null ? 'Credential:' : 'Answer:');
  return `\n${heading}\n${answer === null ? exactText(credential?.value ?? '') : visible(answer)}\n`;
}

/** A provider's text of several lines made safe; `--json` has it unchanged. */
function visible(text: string): string {
  return text
    .split('\n')
    .map((line) => safeText(line))
    .join('\n');
}

/** One of the two is null. */
export interface Revealed {
  readonly credential: CredentialDocument | null;
  /** The answer as it came, where no credential can be read out of it. */
  readonly answer: string | null;
}

/**
 * What `--reveal` adds.
 * @throws NotFoundError when the entry holds no credential; UsageError when it cannot be read; as `Journal.unsealed`
 */
export async function revealEntry(
  ctx: Context,
  { journal, mask }: { readonly journal: Journal; readonly mask: Masker },
  stored: StoredEntry,
): Promise<Revealed> {
  const entry = await journal.unsealed(requireReadable(stored));
  try {
    const issued = await readEntry(ctx, entry);
    await mask(issued);
    const { credential } = issued;
    return { credential: credentialDocument(credential, credential.value.reveal()), answer: null };
  } catch (error) {
    const answer = answerIn(entry);
    const bytes = answer === null ? null : answerBytes(answer);
    if (bytes === null || !(error instanceof FailedError)) throw error;
    return { credential: null, answer: new TextDecoder().decode(bytes) };
  }
}
