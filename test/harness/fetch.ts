/**
 * Global `fetch`, or something in its place that answers with whole responses, for tests that look at them or wrap it.
 */
export type Fetch = typeof globalThis.fetch;
