import { stringify } from 'yaml';

/** YAML 1.2 that YAML 1.1 readers take for the same data: `yes` and times are quoted. Long lines stay whole, no aliases. Load this file lazily. */
export function yaml(value: unknown): string {
  return stringify(value ?? null, {
    aliasDuplicateObjects: false,
    compat: 'yaml-1.1',
    lineWidth: 0,
  });
}
