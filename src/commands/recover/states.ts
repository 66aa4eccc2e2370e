import { text } from '../../session/flag.ts';

export const entryFlag = { id: text('--id <entry>', 'id of the entry, or its first characters') } as const;

/** The states of an entry, and what each means. */
export const entryStates = {
  kept: 'a credential is in it',
  broken: 'an answer is in it, and no credential can be read out of it',
  empty: 'an answer came, and was left without its secret (--no-journal)',
  unanswered: 'the request left, and no answer is known',
  preparing: 'nothing was sent',
  'under-way': 'another run is at it',
  newer: 'a newer sactl wrote it',
  unreadable: 'the file cannot be read',
} as const;

export type EntryState = keyof typeof entryStates;

/** The states, for the end of the help. */
export function statesHelp(): string {
  const states = Object.entries(entryStates);
  const width = Math.max(...states.map(([state]) => state.length));
  const lines = states.map(([state, meaning]) => `  ${state.padEnd(width)}  ${meaning}`);
  return `\nStates:\n${lines.join('\n')}`;
}
