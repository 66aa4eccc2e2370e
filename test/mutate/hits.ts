import { afterEach, beforeEach } from 'vitest';

declare global {
  /** Called by code that was instrumented, with the number of a site that runs. */
  var sactlHit: ((site: number) => void) | undefined;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Sites that ran during a test; of a file: while it was loaded, and between its tests. */
    sites?: number[];
  }
}

// A setup file of vitest: what runs belongs to the test that is under way, or to the file.
const ofFile = new Set<number>();
let current = ofFile;

globalThis.sactlHit = (site) => current.add(site);

beforeEach(() => {
  current = new Set();
});

afterEach(({ task }) => {
  task.meta.sites = [...current];
  task.file.meta.sites = [...ofFile];
  current = ofFile;
});
