import { cellForPeople, type Cell } from './columns.ts';
import type { Style, Tone } from './style.ts';
import { detailTime } from './time.ts';

/** One line of what is known of one object. */
export interface Field {
  /** ASCII, e.g. `Expires`. */
  readonly label: string;
  readonly value: Cell;
  /** True for ISO 8601 times. */
  readonly isTime?: boolean;
  readonly tone?: Tone | null;
}

/** Aligned `Label:  value` lines, every one ended. Values are never cut; an empty one is `-`. */
export function detail(fields: readonly Field[], style: Style): string {
  const width = Math.max(0, ...fields.map(({ label }) => label.length)) + 1;
  return fields
    .map((field) => {
      const text = cellForPeople(field.value, {
        isTime: field.isTime ?? false,
        style,
        time: detailTime,
      });
      const value = field.tone ? style.paint(field.tone, text) : text;
      return `${`${field.label}:`.padEnd(width)}  ${value}\n`;
    })
    .join('');
}
