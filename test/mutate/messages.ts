/** A test file, with the ids of those of its tests that are to run; null is all of them. */
export interface Selection {
  readonly path: string;
  readonly ids: readonly string[] | null;
}

/** What a process is asked for: whether these tests notice that a file has another text. */
export interface Question {
  /** Null changes nothing. */
  readonly change: { readonly path: string; readonly text: string } | null;
  readonly tests: readonly Selection[];
}

/** What became of one test. */
export interface TestSeen {
  readonly id: string;
  readonly ms: number;
  readonly sites: readonly number[];
}

export interface Answer {
  /**
   * `invalid`: no test ran, because a file could not be loaded. `failed`: a test did, or something was thrown that nobody
   * caught.
   */
  readonly kind: 'passed' | 'failed' | 'invalid';
  /** The first test that failed, and why; else empty. */
  readonly by: string;
  /** Milliseconds to load the test files. */
  readonly loadMs: number;
  /** Sites that ran outside tests. */
  readonly sites: readonly number[];
  readonly tests: readonly TestSeen[];
}

/** What a process starts with. */
export interface Setup {
  readonly root: string;
  /** For finding out what each test runs: texts in which sites count themselves, by path, and the path of `hits.ts`. */
  readonly measure: { readonly texts: Readonly<Record<string, string>>; readonly hits: string } | null;
}
