import engine from './engine.zsh?raw';
import type { Outline } from './outline.ts';
import { posixTables } from './posix.ts';

/** Called by zsh from its `fpath`, the file is the function; sourced, it has to register it. */
const start = `if [[ $funcstack[1] == _sactl ]]; then
  _sactl "$@"
else
  compdef _sactl sactl
fi
`;

export function zshScript(outline: Outline): string {
  const tables = posixTables(outline, (name, description) =>
    description === '' ? name : `${name.replaceAll(':', String.raw`\:`)}:${description}`,
  );
  return `${engine}\n${tables}\n${start}`;
}
