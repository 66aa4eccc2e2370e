import { PassThrough } from 'node:stream';

import type { Prompter, Timeout } from '../../src/context.ts';
import { createPrompter } from '../../src/prompts/prompter.ts';

export interface Answered<Answer> {
  readonly answer: Answer;
  /** All that was shown. */
  readonly shown: string;
  /** What was not read. */
  readonly left: string;
}

/** Asks a question, and types these chunks, each once the one before it was handled. */
export async function typed<Answer>(
  ask: (prompt: Prompter) => Promise<Answer>,
  chunks: readonly string[],
): Promise<Answered<Answer>> {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (bytes: Buffer) => {
    shown += bytes.toString();
  });
  // As an earlier question leaves it.
  input.pause();
  const asked = ask(createPrompter({ input, output, signal: new AbortController().signal, quiet }));
  const [answer] = await Promise.all([asked, type(input, chunks)]);
  return { answer, shown, left: String(input.read() ?? '') };
}

async function type(input: PassThrough, chunks: readonly string[]): Promise<void> {
  for (const chunk of chunks) {
    await new Promise(setImmediate);
    input.write(chunk);
  }
}

/** Runs out once all that was written is read. */
function quiet(): Timeout {
  const controller = new AbortController();
  let isOn = true;
  async function wait(): Promise<void> {
    for (let tick = 0; tick < 8; tick += 1) await new Promise(setImmediate);
    if (isOn) controller.abort();
  }
  void wait();
  return {
    signal: controller.signal,
    clear: () => {
      isOn = false;
    },
  };
}
