/** The versions that differ in what accounts need; others behave like the one before (docs/contracts/runai.md 1). */
export const controlPlanes = ['2.20', '2.23', '2.24', '3.0'] as const;

export type ControlPlane = (typeof controlPlanes)[number];

/** The sandbox's. */
export const defaultControlPlane: ControlPlane = '2.24';

export function from(first: ControlPlane): readonly ControlPlane[] {
  return controlPlanes.slice(controlPlanes.indexOf(first));
}

export function until(last: ControlPlane): readonly ControlPlane[] {
  return controlPlanes.slice(0, controlPlanes.indexOf(last) + 1);
}

/** A kind of subject that a request for a rule can name. */
export type NewSubject = 'user' | 'app' | 'service-account' | 'group';

/** The words of a version, and what it says. */
interface Words {
  /** What the subject of an access rule may be in a request. */
  readonly newSubjects: readonly NewSubject[];
  /** What rules call a service account. */
  readonly account: 'app' | 'service-account';
  /** Whether there are rules of every user and every account. */
  readonly hasRulesOfAll: boolean;
  /** Whether the v1 token endpoint says how long a token lives. */
  readonly tellsTokenLife: boolean;
}

const before224: Words = {
  newSubjects: ['user', 'app', 'group'],
  account: 'app',
  hasRulesOfAll: false,
  tellsTokenLife: false,
};

const since224: Words = {
  newSubjects: ['user', 'app', 'service-account', 'group'],
  account: 'service-account',
  hasRulesOfAll: false,
  tellsTokenLife: true,
};

export const words: Readonly<Record<ControlPlane, Words>> = {
  '2.20': before224,
  '2.23': before224,
  '2.24': since224,
  '3.0': { ...since224, hasRulesOfAll: true },
};
