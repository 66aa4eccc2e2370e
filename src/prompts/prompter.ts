import { createPrompt, isEnterKey, makeTheme, useKeypress, usePrefix, useState, type Status } from '@inquirer/core';
import { confirm, input } from '@inquirer/prompts';

import type { PromptChoice, Prompter } from '../context.ts';
import { InterruptedError } from '../errors.ts';
import { safeText } from '../model/text.ts';
import { choosePrompt, type ChooseQuestion } from './choose.ts';
import { linePrompt } from './line.ts';

export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

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
    password: ({ message, isWhole = () => true }) =>
      answer(secretPrompt({ message: safeText(message), isWhole }, streams), streams),
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

type SecretQuestion = Required<Parameters<Prompter['password']>[0]>;

/**
 * Asks for an answer that is not shown. It may have several lines: pasted into a prompt for one line, the rest would go to
 * the shell, which shows it and keeps it in its history.
 */
const secretPrompt = createPrompt<string, SecretQuestion>(({ message, isWhole }, done) => {
  const theme = makeTheme({});
  const [status, setStatus] = useState<Status>('idle');
  const [lines, setLines] = useState('');
  const [line, setLine] = useState('');
  const prefix = usePrefix({ status, theme });
  useKeypress((key, readline) => {
    if (!isEnterKey(key)) {
      setLine(readline.line);
      return;
    }
    const text = `${lines}${line}`;
    // An empty answer would leave what is pasted next to the shell.
    if (text === '') return;
    if (isWhole(text)) {
      setStatus('done');
      done(text);
      return;
    }
    setLines(`${text}\n`);
    setLine('');
  });
  const shown = '*'.repeat(`${lines}${line}`.length);
  return `${prefix} ${theme.style.message(message, status)} ${shown}`;
});
