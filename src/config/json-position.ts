const tokenPattern =
  /(?<text>"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?<scalar>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|[{}[\]:,]/uy;

/** What may come next, as the first characters of tokens; `s` is a string and `v` any other scalar. */
const value = '{[sv';
const states = { value, item: `${value}]`, key: 's', firstKey: 's}', colon: ':' } as const;

/**
 * Offset of the first character of `text` that JSON does not allow there. JSON.parse names none for most errors, and its
 * messages quote the file, which may hold a secret.
 */
export function jsonErrorOffset(text: string): number {
  const open: string[] = [];
  let allowed: string = states.value;
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    if (token === null || !allowed.includes(token.kind)) return at;
    if (token.kind === '{' || token.kind === '[') open.push(token.kind);
    if (token.kind === '}' || token.kind === ']') open.pop();
    allowed = allowedAfter(token.kind, allowed, open.at(-1));
    at = skipSpace(text, at + token.length);
  }
  return at;
}

function allowedAfter(kind: string, allowed: string, container: string | undefined): string {
  if (kind === '{') return states.firstKey;
  if (kind === '[') return states.item;
  if (kind === ':') return states.value;
  if (kind === ',') return container === '{' ? states.key : states.value;
  const wasKey = allowed === states.key || allowed === states.firstKey;
  if (kind === 's' && wasKey) return states.colon;
  if (container === undefined) return '';
  return container === '{' ? ',}' : ',]';
}

function tokenAt(text: string, at: number): { kind: string; length: number } | null {
  const pattern = new RegExp(tokenPattern);
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return null;
  const [token] = match;
  if (match.groups?.['text'] !== undefined) return { kind: 's', length: token.length };
  if (match.groups?.['scalar'] !== undefined) return { kind: 'v', length: token.length };
  return { kind: token, length: 1 };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}
