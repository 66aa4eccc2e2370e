/** What the executable has in place of `src/code-cache.ts`: Node keeps nothing of what it carries inside. */
export function keepCompiled() {}
