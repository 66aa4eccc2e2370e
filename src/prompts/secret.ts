import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

import type { Timeout } from '../context.ts';
import { InterruptedError } from '../errors.ts';
import type { PromptStreams } from './streams.ts';

/** A question whose answer is not shown, in one line, or in several until it is whole. Its text is safe. */
export interface SecretQuestion {
  readonly message: string;
  readonly isWhole: (text: string) => boolean;
}

/**
 * Asks for an answer that is not shown, and takes it as it comes, however long it is. What comes with it, such as the line
 * ends behind something that was pasted, is read with it, so that it answers no later question and does not go to the shell.
 * @throws InterruptedError on Ctrl-C, on Ctrl-D where nothing was typed, and at the end of the input
 */
export async function askSecret(streams: PromptStreams, { message, isWhole }: SecretQuestion): Promise<string> {
  const { input, output, signal, quiet } = streams;
  output.write(`? ${message} `);
  const setRaw = 'setRawMode' in input && typeof input.setRawMode === 'function' ? input.setRawMode.bind(input) : null;
  setRaw?.(true);
  try {
    return await new Promise((resolve, reject) => {
      const decoder = new StringDecoder('utf8');
      let typed = '';
      let answer: string | null = null;
      let silence: Timeout | null = null;
      function onData(bytes: Buffer | string): void {
        const chunk = typeof bytes === 'string' ? bytes : decoder.write(bytes);
        if (chunk.includes(ctrlC)) return onEnd();
        if (answer === null) {
          typed += chunk;
          answer = endOf(typed, chunk);
        }
        if (answer === null) return;
        silence?.clear();
        silence = quiet();
        silence.signal.addEventListener('abort', settle);
      }
      function endOf(all: string, chunk: string): string | null {
        if (!['\r', '\n', ctrlD].some((end) => chunk.includes(end))) return null;
        const text = edited(all);
        if (chunk.includes(ctrlD)) {
          if (text === '') onEnd();
          return text === '' ? null : text;
        }
        return text !== '' && isWhole(text) ? text : null;
      }
      function settle(): void {
        leave();
        output.write(`(${answer?.length ?? 0} characters)\n`);
        resolve(answer ?? '');
      }
      function onEnd(): void {
        leave();
        output.write('\n');
        reject(signal.aborted ? signal.reason : new InterruptedError());
      }
      function leave(): void {
        silence?.clear();
        input.removeListener('data', onData);
        input.removeListener('end', onEnd);
        signal.removeEventListener('abort', onEnd);
        input.pause();
      }
      input.on('data', onData);
      input.on('end', onEnd);
      // The question before it has paused it.
      input.resume();
      signal.addEventListener('abort', onEnd);
      if (signal.aborted) onEnd();
    });
  } finally {
    setRaw?.(false);
  }
}

const ctrlC = '\u0003';
const ctrlD = '\u0004';

/** What stands on the lines once the keys that edit them were obeyed; those that a terminal adds, such as arrows, are left out. */
function edited(typed: string): string {
  const keys = stripVTControlCharacters(typed).replaceAll(/\r\n?/g, '\n');
  const text: string[] = [];
  for (const key of keys) {
    if (key === '\u007F' || key === '\b') text.pop();
    else if (key === '\u0015') text.length = 0;
    else if (key === '\n' || key === '\t' || key >= ' ') text.push(key);
  }
  return text.join('').trim();
}
