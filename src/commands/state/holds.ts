import type { Tone } from '../../output/style.ts';
import type { HoldEnd } from '../../state/holdings.ts';

/** What is known of who holds an account. */
export const holds = {
  idle: { tone: 'muted', meaning: 'no run holds it' },
  held: { tone: 'good', meaning: 'a run holds it, and seems to be alive' },
  dead: { tone: 'warning', meaning: 'its run is dead; the next run takes it over at once' },
  lapsed: { tone: 'warning', meaning: 'its run has not renewed it for a whole lease; the next run takes it over' },
  unknown: {
    tone: 'warning',
    meaning: 'a run holds it; whether it is alive is not known, because the store tells no time',
  },
} as const satisfies Record<HoldEnd | 'idle', { tone: Tone; meaning: string }>;

export type HoldWord = keyof typeof holds;

/** The words, for the end of the help. */
export function holdsHelp(): string {
  const words = Object.entries(holds);
  const width = Math.max(...words.map(([word]) => word.length));
  return `\nHolds:\n${words.map(([word, { meaning }]) => `  ${word.padEnd(width)}  ${meaning}`).join('\n')}`;
}
