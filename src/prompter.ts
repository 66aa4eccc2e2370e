import { checkbox, confirm, input, password, select } from '@inquirer/prompts';

import type { Choice, Prompter } from './context.ts';
import { InterruptedError } from './errors.ts';
import { safeText } from './model/safe-text.ts';

export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Asks with @inquirer/prompts. Every text is made safe here, because names in it come from providers. */
export function createPrompter(streams: PromptStreams): Prompter {
  return {
    confirm: ({ message, default: initial }) =>
      answer(confirm({ message: safeText(message), default: initial }, streams), streams),
    input: ({ message, default: initial, validate }) =>
      answer(
        input(
          {
            message: safeText(message),
            ...(initial === undefined ? {} : { default: initial }),
            ...(validate === undefined ? {} : { validate }),
          },
          streams,
        ),
        streams,
      ),
    password: ({ message }) =>
      answer(password({ message: safeText(message), mask: '*' }, streams), streams),
    select: (question) => answer(select(listOf(question), streams), streams),
    checkbox: (question) => answer(checkbox(listOf(question), streams), streams),
  };
}

interface ListQuestion {
  readonly message: string;
  readonly choices: readonly Choice[];
}

/** What cannot be chosen comes last, so that the cursor starts on what can. */
function listOf({ message, choices }: ListQuestion): {
  message: string;
  choices: ReturnType<typeof toChoice>[];
  pageSize: number;
} {
  const sorted = choices.toSorted(
    (a, b) => Number(a.disabled !== undefined) - Number(b.disabled !== undefined),
  );
  return { message: safeText(message), choices: sorted.map(toChoice), pageSize: 12 };
}

function toChoice({ value, label, description, disabled }: Choice): {
  value: string;
  name: string;
  description?: string;
  disabled?: string;
} {
  return {
    value,
    name: safeText(label),
    ...(description === undefined ? {} : { description: safeText(description) }),
    ...(disabled === undefined ? {} : { disabled: safeText(disabled) }),
  };
}

/** Ctrl-C, a signal and a terminal that goes away end the program. */
async function answer<Value>(question: Promise<Value>, { signal }: PromptStreams): Promise<Value> {
  try {
    return await question;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name !== 'ExitPromptError' && name !== 'AbortPromptError') throw error;
    throw signal.aborted ? signal.reason : new InterruptedError();
  }
}
