import type { Timeout } from '../context.ts';

/** What questions are asked on. */
export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
  /** Starts the time in which nothing has to come before a pasted answer is at its end. */
  readonly quiet: () => Timeout;
}
