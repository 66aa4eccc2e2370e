import { basename, dirname, resolve } from 'node:path';

import { configDirectory, variable, type Place } from './directories.ts';

/** Where the user's own file is looked for. */
export interface UserFilePlace {
  /** Absolute path that `SACTL_CONFIG` names, or null. */
  readonly named: string | null;
  readonly directory: string;
  /** The first that is there is read. */
  readonly names: readonly string[];
}

const fileNames = ['config.json', 'config.yaml', 'config.yml'];

/** The file `SACTL_CONFIG` names, else `config.json`, `.yaml` or `.yml` in the configuration folder. */
export function userFilePlace(place: Place): UserFilePlace {
  const variableValue = variable(place.env, 'SACTL_CONFIG');
  if (variableValue === null) {
    return { named: null, directory: configDirectory(place), names: fileNames };
  }
  const named = resolve(place.cwd, variableValue);
  return { named, directory: dirname(named), names: [basename(named)] };
}
