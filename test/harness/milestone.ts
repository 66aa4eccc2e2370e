/** A point that others wait for. */
export interface Milestone {
  readonly passed: Promise<void>;
  readonly pass: () => void;
}

export function milestone(): Milestone {
  let resolve: (() => void) | null = null;
  const passed = new Promise<void>((pass) => {
    resolve = pass;
  });
  return { passed, pass: () => resolve?.() };
}
