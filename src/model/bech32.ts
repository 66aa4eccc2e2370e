const charset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

/** Whether the last six characters fit the others (BIP 173), so that no key was mistyped; its letters are of one case. */
export function hasChecksum(text: string): boolean {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return false;
  const at = lower.lastIndexOf('1');
  const prefix = Array.from(lower.slice(0, Math.max(at, 0)), (character) => character.charCodeAt(0));
  const data = Array.from(lower.slice(at + 1), (character) => charset.indexOf(character));
  if (prefix.length === 0 || data.length < 6 || data.includes(-1)) return false;
  const values = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data];
  return values.reduce(step, 1) === 1;
}

function step(sum: number, value: number): number {
  const mixed = ((sum & 0x1ffffff) << 5) ^ value;
  return generators.reduce((next, generator, bit) => (((sum >> 25) >> bit) & 1 ? next ^ generator : next), mixed);
}
