import {
  createPrompt,
  isEnterKey,
  makeTheme,
  useEffect,
  useKeypress,
  usePrefix,
  useState,
  type Status,
} from '@inquirer/core';

/** A question for one line, on which `initial` stands to be changed. Its texts are safe. */
export interface LineQuestion {
  readonly message: string;
  readonly initial: string;
  /** A sentence saying why the line is no answer, or true. */
  readonly validate: (value: string) => string | true;
}

/** Asks for a line that begins with a text, which may be changed and emptied. */
export const linePrompt = createPrompt<string, LineQuestion>(({ message, initial, validate }, done) => {
  const theme = makeTheme({});
  const [status, setStatus] = useState<Status>('idle');
  const [line, setLine] = useState(initial);
  const [problem, setProblem] = useState<string | null>(null);
  const prefix = usePrefix({ status, theme });
  useEffect((readline) => readline.write(initial), []);
  useKeypress((key, readline) => {
    if (!isEnterKey(key)) {
      setLine(readline.line);
      setProblem(null);
      return;
    }
    const verdict = validate(line);
    if (verdict === true) {
      setStatus('done');
      done(line);
      return;
    }
    // Enter has emptied it.
    readline.write(line);
    setProblem(verdict);
  });
  const shown = status === 'done' ? theme.style.answer(line) : line;
  return [
    `${prefix} ${theme.style.message(message, status)} ${shown}`,
    problem === null ? '' : theme.style.error(problem),
  ];
});
