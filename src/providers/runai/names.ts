const namePattern = /^[a-z][-_a-z0-9]*[a-z0-9]$/;
const longest = 255;

/** Why Run:ai would refuse this name, or null: by the pattern, which allows more than the prose (contracts/runai.md 3). */
export function nameProblem(name: string): string | null {
  if (namePattern.test(name) && name.length <= longest) return null;
  return (
    'Run:ai names have 2 to 255 lower-case letters, digits, "-" or "_", ' +
    'begin with a letter and end with a letter or digit'
  );
}
