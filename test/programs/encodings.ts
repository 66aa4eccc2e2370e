export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** Ways to write a text, by themselves and within each other. */
export const usual = {
  'as it is': (text: string) => text,
  'within a JSON string': (text: string) => JSON.stringify(text).slice(1, -1),
  'in base64': base64,
  'in base64 for addresses': (text: string) => Buffer.from(text).toString('base64url'),
  'in hex': hex,
  'in upper-case hex': (text: string) => hex(text).toUpperCase(),
  'with percent signs': encodeURIComponent,
} as const;

/** What stands around the others, and not within hex or base64. */
export const outermost = {
  ...usual,
  'with nothing but percent signs': (text: string) => hex(text).replaceAll(/../g, '%$&'),
  'with nothing but escapes of JSON': (text: string) => hex(text).replaceAll(/../g, String.raw`\u00$&`),
  'with nothing but escapes of C': (text: string) => hex(text).replaceAll(/../g, String.raw`\x$&`),
} as const;
