/** JSON as `--json` prints it: indented by two, one line end. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value ?? null, null, 2)}\n`;
}

/** JSON on one line, without a line end. */
export function compactJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/**
 * JSON text for jq, which refuses half a surrogate pair where JavaScript keeps it: it becomes U+FFFD, as it does in UTF-8.
 */
export function jsonForJq(value: unknown): string {
  const text = compactJson(value);
  if (!text.includes(String.raw`\ud`)) return text;
  return text.replaceAll(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape.startsWith(String.raw`\ud`) ? '\uFFFD' : escape,
  );
}
