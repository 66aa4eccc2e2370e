import type { Ran } from '../observe.ts';
import type { World } from '../world.ts';

/** What may be wrong with a target, in the order of the table. */
export const situations = [
  'signed out',
  'may be read, not written',
  'gone',
  'hangs beforehand',
  'hangs at the delivery',
  'refuses at the delivery',
  'fails once',
] as const;

export type Situation = (typeof situations)[number];

/** What became of a rotation whose only target was in a situation. */
export interface Met {
  readonly ran: Ran;
  readonly world: World;
  /** How often the credential was brought there. */
  readonly tries: number;
  /** Whether the target has it. */
  readonly isThere: boolean;
}
