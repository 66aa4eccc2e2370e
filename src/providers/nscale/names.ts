const namePattern = /^[0-9A-Za-z](?:[0-9A-Za-z\-_.]{0,61}[0-9A-Za-z])?$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Why nscale would refuse this name, or null (contracts/nscale.md 3). */
export function nameProblem(name: string): string | null {
  if (namePattern.test(name)) return null;
  return 'nscale names have 1 to 63 letters, digits, "-", "_" or ".", and begin and end with a letter or digit';
}

/** Why this cannot be an nscale organization id, or null. */
export function organizationProblem(id: string): string | null {
  if (isUuid(id)) return null;
  return 'nscale organizations are named by their UUID; "sactl orgs list" shows it';
}

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
