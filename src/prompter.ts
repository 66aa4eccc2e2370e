import { checkbox, confirm, input, select } from '@inquirer/prompts';

import type { Choice, Prompter } from './context.ts';
import { InterruptedError } from './errors.ts';

export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Asks with @inquirer/prompts; Ctrl-C, and a terminal that goes away, end the program with 130. */
export function createPrompter(streams: PromptStreams): Prompter {
  return {
    confirm: (question) => answer(confirm(question, streams)),
    input: ({ message, default: initial, validate }) =>
      answer(
        input(
          {
            message,
            ...(initial === undefined ? {} : { default: initial }),
            ...(validate === undefined ? {} : { validate }),
          },
          streams,
        ),
      ),
    select: ({ message, choices }) =>
      answer(select({ message, choices: choices.map(toChoice), pageSize: 12 }, streams)),
    checkbox: ({ message, choices }) =>
      answer(checkbox({ message, choices: choices.map(toChoice), pageSize: 12 }, streams)),
  };
}

function toChoice({ value, label, description, disabled }: Choice): {
  value: string;
  name: string;
  description?: string;
  disabled?: string;
} {
  return {
    value,
    name: label,
    ...(description === undefined ? {} : { description }),
    ...(disabled === undefined ? {} : { disabled }),
  };
}

async function answer<Value>(question: Promise<Value>): Promise<Value> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const name = error instanceof Error ? error.name : '';
    if (name === 'ExitPromptError' || name === 'AbortPromptError') throw new InterruptedError();
    throw error;
  }
}
