import { faultEffects } from '../../sandbox/faults/fault.ts';

/** The language of faults and what each of them does, for the end of a help text. */
export function faultsHelp(): string {
  const effects = Object.entries(faultEffects);
  const width = Math.max(...effects.map(([name]) => name.length));
  const list = effects.map(([name, effect]) => `  ${name.padEnd(width)}  ${effect}`);
  return `
Faults, as <provider>.<operation>=<fault>[@<nth>]:
${list.join('\n')}
The provider is nscale, runai or augment; the operation is list, create, update, rotate,
delete, read (any other GET), token (Run:ai) or * (any request); Augment can only be read.
With @<nth> only the nth of these requests is hit, counted from 1 since the start; without
it every one.`;
}
