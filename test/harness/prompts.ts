import type { PromptChoice, Prompter } from '../../src/context.ts';

/** A question as it was asked. */
export interface Asked {
  readonly message: string;
  readonly default?: unknown;
  readonly initial?: string;
  readonly chosen?: readonly string[];
  readonly choices?: readonly PromptChoice[];
}

/** Answers in order, and keeps what was asked; a question after the last answer fails the test. */
export function scripted(answers: readonly unknown[]): { prompt: Prompter; asked: readonly Asked[] } {
  const asked: Asked[] = [];
  const left = [...answers];
  function answer(question: Asked): Promise<never> {
    asked.push(question);
    if (left.length === 0) return Promise.reject(new Error(`no answer to ${question.message}`));
    // The test says what kind of answer comes when.
    return Promise.resolve(left.shift() as never);
  }
  return { prompt: { confirm: answer, input: answer, password: answer, select: answer, checkbox: answer }, asked };
}
