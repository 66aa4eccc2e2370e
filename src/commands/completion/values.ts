import type { Option } from '@commander-js/extra-typings';

import { targetForms } from '../help/topics.ts';
import { listColumns } from '../../fleet/selection.ts';
import type { Named } from './outline.ts';

/** What may stand after a flag, as far as it can be known without asking anybody. */
export type Values =
  /** One of these; in a list, several with commas between them; to sort by, with a dash before it for descending. */
  | { readonly kind: 'choices' | 'list' | 'sort'; readonly choices: readonly string[] }
  | { readonly kind: 'files' }
  /** The names in the user's own configuration file. */
  | { readonly kind: 'profiles' }
  /** A kind of target, and a file after those that are files. */
  | { readonly kind: 'targets' }
  | { readonly kind: 'anything' };

const columns = listColumns.map(({ name }) => name);

const known: ReadonlyMap<string, Values> = new Map<string, Values>([
  ['--profile', { kind: 'profiles' }],
  ['--to', { kind: 'targets' }],
  ['--columns', { kind: 'list', choices: columns }],
  ['--sort', { kind: 'sort', choices: columns }],
]);

/** What the value of an option may be. */
export function valuesOf({ long, flags, argChoices }: Option): Values {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  const values = known.get(long ?? flags);
  if (values !== undefined) return values;
  return /<(?:path|file)\b/.test(flags) ? { kind: 'files' } : { kind: 'anything' };
}

/** What may be typed for it, with what it is where that is known. */
export function choicesOf(values: Values): readonly Named[] {
  if (values.kind === 'targets') return targetKinds;
  if (!('choices' in values)) return [];
  return values.choices.map((name) => ({ names: [name], description: '' }));
}

/** What `--to` may begin with, e.g. `file:`. */
const targetKinds = Object.entries(targetForms).map(([form, description]) => ({
  names: [form.includes(':') ? form.slice(0, form.indexOf(':') + 1) : form],
  description,
}));
