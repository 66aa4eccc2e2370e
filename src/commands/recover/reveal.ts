import type { Context } from '../../context.ts';
import { mask } from '../../delivery/mask.ts';
import { readEntry } from '../../delivery/recover.ts';
import { credentialDocument } from '../../delivery/result.ts';
import { FailedError } from '../../errors.ts';
import { answerBytes, type StoredEntry } from '../../state/stored-entry.ts';
import type { CredentialDocument } from '../../model/credential.ts';
import { requireReadable } from './pick.ts';

/** One of the two is null. */
export interface Revealed {
  readonly credential: CredentialDocument | null;
  /** The answer as it came, where no credential can be read out of it. */
  readonly answer: string | null;
}

/**
 * What `--reveal` adds.
 * @throws NotFoundError when the entry holds no credential; UsageError when it cannot be read
 */
export async function revealEntry(ctx: Context, stored: StoredEntry): Promise<Revealed> {
  const entry = requireReadable(stored);
  try {
    const issued = await readEntry(ctx, entry);
    await mask(ctx, issued).catch(() => undefined);
    const { credential } = issued;
    return { credential: credentialDocument(credential, credential.value.reveal()), answer: null };
  } catch (error) {
    const bytes = entry.answer === null ? null : answerBytes(entry.answer);
    if (bytes === null || !(error instanceof FailedError)) throw error;
    return { credential: null, answer: new TextDecoder().decode(bytes) };
  }
}
