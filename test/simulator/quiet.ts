import { webcrypto } from 'node:crypto';

/** Tells whether something is under way on another thread, from which a run would go on by itself. */
export interface Quiet {
  readonly isQuiet: () => boolean;
  /** Ends the watch. */
  readonly end: () => void;
}

const methods = ['importKey', 'sign', 'digest', 'deriveBits', 'exportKey', 'generateKey'] as const;

/**
 * Counts the jobs of WebCrypto, which signs requests and seals answers: no resource of the process tells of them. Files are
 * among its resources.
 */
export function watchThreads(): Quiet {
  const { subtle } = webcrypto;
  let jobs = 0;
  for (const method of methods) {
    const work: (...given: never[]) => Promise<unknown> = subtle[method].bind(subtle);
    Object.defineProperty(subtle, method, {
      configurable: true,
      value: (...given: never[]) => {
        jobs += 1;
        return work(...given).finally(() => (jobs -= 1));
      },
    });
  }
  return {
    isQuiet: () => jobs === 0 && !process.getActiveResourcesInfo().some((name) => /req/i.test(name)),
    end: () => {
      for (const method of methods) Reflect.deleteProperty(subtle, method);
    },
  };
}
