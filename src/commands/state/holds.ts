import type { Tone } from '../../output/style.ts';
import type { HoldEnd } from '../../state/holdings.ts';

/** What is known of who holds an account. */
export const holds = {
  idle: { tone: 'muted', meaning: 'no run holds it' },
  held: { tone: 'good', meaning: 'a run holds it, and lives as far as can be seen' },
  dead: { tone: 'warning', meaning: 'its run is known to be dead; the next one takes it over at once' },
  lapsed: { tone: 'warning', meaning: 'its run has not renewed it for a lease; the next one takes it over' },
  unknown: { tone: 'warning', meaning: 'a run holds it; the store tells no time to say whether that one lives' },
} as const satisfies Record<HoldEnd | 'idle', { tone: Tone; meaning: string }>;

export type HoldWord = keyof typeof holds;

/** The words, for the end of the help. */
export function holdsHelp(): string {
  const words = Object.entries(holds);
  const width = Math.max(...words.map(([word]) => word.length));
  return `\nHolds:\n${words.map(([word, { meaning }]) => `  ${word.padEnd(width)}  ${meaning}`).join('\n')}`;
}
