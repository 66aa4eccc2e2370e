import { afterEach } from 'vitest';

import type { Emulator } from '../../src/sandbox/emulator.ts';
import type { Conformance } from './conformance.ts';

/** Collects what the documents do not allow, for the tests of a file; each test that has such a thing fails. */
export function useProblems(): (problems: readonly string[]) => void {
  const problems: string[] = [];
  afterEach(() => {
    const found = problems.splice(0);
    if (found.length > 0) throw new Error(`not as documented:\n${found.join('\n')}`);
  });
  return (found) => problems.push(...found);
}

/** The emulator, which hands over what is wrong with its answers; a connection that it drops is no answer. */
export function withAnswersChecked(
  emulator: Emulator,
  { answerProblems }: Pick<Conformance, 'answerProblems'>,
  report: (problems: readonly string[]) => void,
): Emulator {
  return {
    fetch: async (request) => {
      const response = await emulator.fetch(request.clone());
      report(await answerProblems(request, response));
      return response;
    },
  };
}
