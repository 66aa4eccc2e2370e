import { confirm, input } from '@inquirer/prompts';

import type { PromptChoice, Prompter } from '../context.ts';
import { InterruptedError } from '../errors.ts';
import { safeText } from '../model/text.ts';
import { choosePrompt, type ChooseQuestion } from './choose.ts';
import { linePrompt } from './line.ts';
import { askSecret } from './secret.ts';
import type { PromptStreams } from './streams.ts';

/** Asks with @inquirer/prompts. Every text is made safe here, because it may hold names from providers. */
export function createPrompter(streams: PromptStreams): Prompter {
  return {
    confirm: ({ message, default: initial }) =>
      answer(confirm({ message: safeText(message), default: initial }, streams), streams),
    input: async ({ message, initial, validate = () => true, ...given }) => {
      const question = { message: safeText(message), validate };
      if (initial === undefined) return answer(input({ ...given, ...question }, streams), streams);
      const shown = safeText(initial);
      const typed = await answer(linePrompt({ ...question, initial: shown }, streams), streams);
      // What was not touched stays as it is, with what cannot be shown of it.
      return typed === shown ? initial : typed;
    },
    password: ({ message, isWhole = () => true }) => askSecret(streams, { message: safeText(message), isWhole }),
    select: async ({ default: initial, ...question }) => {
      const given = { ...question, several: false, chosen: initial === undefined ? [] : [initial] };
      const [chosen = ''] = await answer(choosePrompt(safeQuestion(given), streams), streams);
      return chosen;
    },
    checkbox: async ({ chosen = [], ...question }) => [
      ...(await answer(choosePrompt(safeQuestion({ ...question, several: true, chosen }), streams), streams)),
    ],
  };
}

/** Choices that cannot be chosen come last. */
function safeQuestion({ message, choices, ...rest }: ChooseQuestion): ChooseQuestion {
  const sorted = choices.toSorted((a, b) => Number(a.disabled !== undefined) - Number(b.disabled !== undefined));
  return { ...rest, message: safeText(message), choices: sorted.map(safeChoice) };
}

function safeChoice({ label, description, disabled, ...choice }: PromptChoice): PromptChoice {
  return {
    ...choice,
    label: safeText(label),
    ...(description === undefined ? {} : { description: safeText(description) }),
    ...(disabled === undefined ? {} : { disabled: safeText(disabled) }),
  };
}

/** Waits for an answer. @throws InterruptedError on Ctrl-C, a signal, or a terminal that goes away */
async function answer<Value>(question: Promise<Value>, { signal }: PromptStreams): Promise<Value> {
  try {
    return await question;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name !== 'ExitPromptError' && name !== 'AbortPromptError') throw error;
    throw signal.aborted ? signal.reason : new InterruptedError();
  }
}
