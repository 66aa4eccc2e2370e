import type { Places } from './places.ts';
import type { Observation } from './world.ts';

/** What one command did, with what is to be known of it to judge it. */
export interface Seen extends Observation {
  readonly places: Places;
  /** All that must not be seen. */
  readonly hidden: readonly string[];
  readonly isIssuing: boolean;
  readonly words: ReadonlySet<string>;
}
