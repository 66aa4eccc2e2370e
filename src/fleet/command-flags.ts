import type { Connected } from '../session/connect.ts';
import type { CommonFlags } from '../session/flags.ts';

/** The flags with which a command goes to this connection, e.g. `['--profile prod']`. */
export function commandFlags(
  { org, endpoint }: Pick<CommonFlags, 'org' | 'endpoint'>,
  { definition, connection: { profile }, isSandbox }: Pick<Connected, 'definition' | 'connection' | 'isSandbox'>,
): readonly string[] {
  const provider = `--provider ${definition.name}`;
  if (isSandbox) return [provider, '--sandbox'];
  return [
    profile === null ? provider : `--profile ${profile}`,
    ...(org === undefined ? [] : [`--org ${org}`]),
    ...(endpoint === undefined ? [] : [`--endpoint ${endpoint}`]),
  ];
}
