import { readdirSync } from 'node:fs';

import type { JournalOptions } from './journal.ts';
import { entryIdOf, journalDirectory } from './journal-folder.ts';

/**
 * How many entries are open, for the reminder after every command. Where there is none, it costs one look into the
 * folder. Never rejects: a journal that cannot be read has no entries here.
 */
export async function countOpenEntries(options: Omit<JournalOptions, 'keepsSecrets'>): Promise<number> {
  try {
    const names = readdirSync(journalDirectory(options.stateDirectory));
    if (!names.some((name) => entryIdOf(name) !== null)) return 0;
    const [{ openJournal }, { isOpen }] = await Promise.all([import('./journal.ts'), import('./stored-entry.ts')]);
    const entries = await openJournal({ ...options, keepsSecrets: false }).list();
    return entries.filter(isOpen).length;
  } catch {
    return 0;
  }
}
