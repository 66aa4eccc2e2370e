import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isUpKey,
  makeTheme,
  useKeypress,
  usePagination,
  usePrefix,
  useState,
  type KeypressEvent,
  type Status,
} from '@inquirer/core';

import type { PromptChoice } from '../context.ts';

/** A question whose answer is one of the choices, or several of them. Their texts are safe. */
export interface ChooseQuestion {
  readonly message: string;
  readonly choices: readonly PromptChoice[];
  readonly several: boolean;
  /** Values that are chosen from the start; of one answer, where the cursor starts. */
  readonly chosen: readonly string[];
}

const pageSize = 12;

/** The choices that hold this text in what is searched, in any case. */
function matching(choices: readonly PromptChoice[], filter: string): readonly PromptChoice[] {
  const text = filter.trim().toLowerCase();
  return choices.filter((choice) => searched(choice).some((part) => part.toLowerCase().includes(text)));
}

/**
 * Where the cursor is after a filter was typed: on the choice that it names exactly, else on the first that can be chosen;
 * undefined where there is none, so that Enter chooses nothing that was not meant.
 */
function cursorFor(shown: readonly PromptChoice[], filter: string): PromptChoice | undefined {
  const text = filter.trim().toLowerCase();
  const usable = shown.filter(isUsable);
  return usable.find((choice) => searched(choice).some((part) => part.toLowerCase() === text)) ?? usable[0];
}

function searched({ value, label, names = [label, value] }: PromptChoice): readonly string[] {
  return names;
}

function isUsable({ disabled }: PromptChoice): boolean {
  return disabled === undefined;
}

/** Asks for one choice or several, among those that hold what is typed. Gives their values. */
export const choosePrompt = createPrompt<readonly string[], ChooseQuestion>((question, done) => {
  const theme = makeTheme({});
  const [status, setStatus] = useState<Status>('idle');
  const [state, setState] = useState<Choosing>({ filter: '', chosen: question.chosen, active: startOf(question) });
  const prefix = usePrefix({ status, theme });
  useKeypress((key, readline) => {
    if (status === 'done') return;
    const next = afterKey(state, key, { question, line: readline.line });
    if (readline.line !== next.filter) {
      readline.clearLine(0);
      readline.write(next.filter);
    }
    setState(next);
    if (next.isDone !== true) return;
    setStatus('done');
    done(next.chosen);
  });
  const shown = matching(question.choices, state.filter);
  const page = usePagination({
    items: shown,
    active: state.active === undefined ? 0 : shown.indexOf(state.active),
    renderItem: ({ item }) => itemLine(item, { state, question, theme }),
    pageSize,
    loop: false,
  });
  const head = `${prefix} ${theme.style.message(question.message, status)}`;
  if (status === 'done') {
    const labels = question.choices.filter(({ value }) => state.chosen.includes(value)).map(({ label }) => label);
    return `${head} ${theme.style.answer(labels.length === 0 ? 'none' : labels.join(', '))}`;
  }
  const list = shown.length === 0 ? theme.style.error('nothing matches') : page;
  const { description } = state.active ?? {};
  const keys = theme.style.help(keysLine(question, { filter: state.filter, count: shown.length }));
  return [`${head} ${state.filter}`, [list, ...(description === undefined ? [] : [description]), keys].join('\n')];
});

interface Choosing {
  readonly filter: string;
  readonly chosen: readonly string[];
  /** The choice that the cursor is on. */
  readonly active: PromptChoice | undefined;
  readonly isDone?: true;
}

/** What becomes of it with a key; `line` is what is typed with it. */
function afterKey(
  state: Choosing,
  key: KeypressEvent,
  { question, line }: { readonly question: ChooseQuestion; readonly line: string },
): Choosing {
  const { choices, several } = question;
  const { filter, chosen, active } = state;
  if (isEnterKey(key) && several && filter === '') return { ...state, isDone: true };
  if (isEnterKey(key) || (several && isSpaceKey(key))) {
    if (active === undefined) return state;
    if (!several) return { ...state, chosen: [active.value], isDone: true };
    // What was searched is found: the whole list is shown again, with the cursor on it.
    return { filter: '', active, chosen: toggled(chosen, active.value, { only: isEnterKey(key) }) };
  }
  if (isUpKey(key) || isDownKey(key)) {
    const usable = matching(choices, filter).filter(isUsable);
    return { ...state, active: neighbour(usable, active, isUpKey(key) ? -1 : 1) };
  }
  return line === filter ? state : { chosen, filter: line, active: cursorFor(matching(choices, line), line) };
}

function itemLine(
  item: PromptChoice,
  { state, question, theme }: { state: Choosing; question: ChooseQuestion; theme: ReturnType<typeof makeTheme> },
): string {
  const isActive = item === state.active;
  const box = state.chosen.includes(item.value) ? '[x] ' : '[ ] ';
  const line = `${isActive ? '>' : ' '} ${question.several ? box : ''}${item.label}`;
  if (item.disabled !== undefined) return theme.style.help(`${line} - ${item.disabled}`);
  return isActive ? theme.style.highlight(line) : line;
}

function startOf({ choices, chosen, several }: ChooseQuestion): PromptChoice | undefined {
  const usable = choices.filter(isUsable);
  return (several ? undefined : usable.find(({ value }) => chosen.includes(value))) ?? usable[0];
}

function neighbour(
  usable: readonly PromptChoice[],
  active: PromptChoice | undefined,
  step: number,
): PromptChoice | undefined {
  if (active === undefined) return usable[0];
  return usable[usable.indexOf(active) + step] ?? active;
}

function toggled(chosen: readonly string[], value: string, { only }: { readonly only: boolean }): readonly string[] {
  if (!chosen.includes(value)) return [...chosen, value];
  return only ? chosen : chosen.filter((one) => one !== value);
}

function keysLine(
  { several, choices }: ChooseQuestion,
  { filter, count }: { readonly filter: string; readonly count: number },
): string {
  const found = count === choices.length ? String(count) : `${count} of ${choices.length}`;
  const ofSeveral = filter === '' ? 'space chooses, enter goes on' : 'space or enter chooses';
  return `${found}; type to search, ${several ? ofSeveral : 'enter chooses'}`;
}
