import type { Stats } from 'node:fs';

import { UsageError } from '../../errors.ts';
import { largestText, readBounded } from '../../files/bounded-file.ts';
import { quoted } from '../../model/text.ts';
import { checkVariable, setVariable, type DotenvText } from './dotenv-text.ts';
import { expand, hasPlaceholder, placeholderProblems } from './expand.ts';
import { pathFor, pathProblems } from './file-path.ts';
import { fileTarget } from './file.ts';
import { withFileLock } from './lock-file.ts';
import { regularFileAt } from './regular-file.ts';
import { replaceFile } from './replace-file.ts';
import type { Scheme } from './scheme.ts';
import { attempt, refusal } from './system-call.ts';
import type { Target, TargetEnvironment } from './target.ts';

/** `dotenv:<path>#<KEY>`: one variable in a `.env` file, which is made when it is missing. */
export const dotenvScheme: Scheme = {
  hasSlot: true,
  takesJson: false,
  problems: (spec) => [...pathProblems(spec), ...keyProblems(spec.slot ?? '')],
  create: (spec, subject, environment) => {
    const key = expand(spec.slot ?? '', subject);
    const problems = violations(key);
    if (problems.length > 0) throw new UsageError(problems);
    return dotenvTarget({
      given: spec.given,
      name: `dotenv:${expand(spec.body, subject)}#${key}`,
      path: pathFor(spec, subject, environment),
      key,
      environment,
    });
  },
};

function keyProblems(key: string): readonly string[] {
  return hasPlaceholder(key) ? placeholderProblems(key) : violations(key);
}

/** What an account's name became must be a variable's name too, even if there are braces in it. */
function violations(key: string): readonly string[] {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return [];
  return [`${quoted(key)} is no name of a variable: letters, digits and _, no digit first`];
}

interface DotenvTarget {
  readonly given: string;
  readonly name: string;
  readonly path: string;
  readonly key: string;
  readonly environment: TargetEnvironment;
}

function dotenvTarget({ key, ...target }: DotenvTarget): Target {
  const { ctx, files } = target.environment;
  const { flushFolder, inTurn } = files;
  return fileTarget({
    ...target,
    slot: key,
    check: (file) =>
      inTurn(file, () =>
        withFileLock({ path: file, ctx }, async () => {
          checkVariable({ path: file, text: await readText(file, await regularFileAt(file)) }, key);
        }),
      ),
    write: (file, { text }, signal) =>
      inTurn(file, () =>
        withFileLock({ path: file, ctx, signal }, async () => {
          const current = await regularFileAt(file);
          const before = { path: file, text: await readText(file, current) };
          const content = Buffer.from(setVariable(before, { key, value: text.reveal() }), 'latin1');
          await replaceFile({ path: file, current, content, ctx, flushFolder, signal });
        }),
      ),
  });
}

async function readText(path: string, current: Stats | null): Promise<DotenvText> {
  if (current === null) return '';
  if (current.size > largestText) throw refusal(`${path} is larger than 1 MiB`);
  const bytes = await attempt(`${path} cannot be read`, () => readBounded(path, largestText));
  return bytes.toString('latin1');
}
