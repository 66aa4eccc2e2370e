import { phases } from '../../delivery/life.ts';
import type { Tone } from '../../output/style.ts';
import { text } from '../../session/flag.ts';

export const entryFlag = { id: text('--id <entry>', 'id of the entry, or its first characters') } as const;

/** The states of an entry: those of its life, and what keeps it from being read or used. */
export const entryStates = {
  kept: { tone: 'warning', meaning: phases.kept },
  sealed: { tone: 'warning', meaning: 'it has a sealed credential; anyone with the identity can deliver it' },
  broken: { tone: 'bad', meaning: 'it has an answer from which no credential could be read' },
  empty: { tone: 'bad', meaning: 'it has an answer without its secret (--no-journal)' },
  asked: { tone: 'bad', meaning: phases.asked },
  held: { tone: 'muted', meaning: phases.held },
  'under-way': { tone: 'muted', meaning: 'another run is working on it' },
  newer: { tone: 'warning', meaning: 'a newer sactl wrote it' },
  unreadable: { tone: 'bad', meaning: 'the file cannot be read' },
} as const satisfies Record<string, { tone: Tone; meaning: string }>;

export type EntryState = keyof typeof entryStates;

/** The states, for the end of the help. */
export function statesHelp(): string {
  const states = Object.entries(entryStates);
  const width = Math.max(...states.map(([state]) => state.length));
  const lines = states.map(([state, { meaning }]) => `  ${state.padEnd(width)}  ${meaning}`);
  return `\nStates:\n${lines.join('\n')}`;
}
