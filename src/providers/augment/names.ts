import { safeText } from '../../model/text.ts';

const longest = 100;

/** Why Augment would refuse this name of a service account, or null (contracts/augment.md 2). */
export function nameProblem(name: string): string | null {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(name)) return null;
  return `Augment names have 1 to ${longest} letters, digits, "-" or "_"`;
}

/**
 * Why this cannot be the name of a token, or null. Which names Augment takes is not documented: what is one line of
 * plain text can be typed into its form, and told from others when it has to be revoked there.
 */
export function tokenNameProblem(name: string): string | null {
  const { length } = Array.from(name);
  if (length >= 1 && length <= longest && safeText(name) === name) return null;
  return `names of tokens have 1 to ${longest} characters on one line, without blanks at their ends`;
}
