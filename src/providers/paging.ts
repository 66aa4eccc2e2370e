import type { HttpError } from '../http/error.ts';
import { badAnswer } from './answers.ts';

const mostItems = 1_000_000;

/**
 * Counts what the pages of one list bring; to be told of every page. A list without end would be read until nothing is
 * left of the memory.
 * @throws HttpError (`bad_answer`)
 */
export function countPages(list: {
  readonly provider: string;
  /** As it reads after "cannot". */
  readonly purpose: string;
  /** Default: 2000 pages. */
  readonly mostPages?: number;
}): (items: number) => void {
  const { mostPages = 2000 } = list;
  let pages = 0;
  let total = 0;
  return (items) => {
    pages += 1;
    total += items;
    if (pages <= mostPages && total <= mostItems) return;
    throw endless(list);
  };
}

/** The error for pages that have no end. */
export function endless({ provider, purpose }: { provider: string; purpose: string }): HttpError {
  return badAnswer(provider, `cannot ${purpose}: ${provider}'s pages have no end`);
}
