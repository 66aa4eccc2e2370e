import { join as quoteWords, split } from 'shlex';

import type { Environment } from '../../../context.ts';
import { UsageError } from '../../../errors.ts';
import { quoted } from '../../../model/text.ts';
import { expand, fixedNameProblems, placeholderProblems, type NameRule } from '../expand.ts';
import { programTarget } from './program-target.ts';
import type { Scheme } from '../scheme.ts';
import type { Subject, TargetMeta } from '../target.ts';
import { expandHome } from '../../../files/home.ts';

/** `exec:<program args>` and `exec+json:`: a program that reads the credential from stdin. */
export const execScheme: Scheme = {
  problems: ({ body }) => {
    const words = wordsOf(body);
    if (words === null) return ['a quote is not closed, or nothing follows its last backslash'];
    return [...fixedNameProblems(words[0] ?? '', programRule), ...words.slice(1).flatMap(placeholderProblems)];
  },
  create: (spec, subject, environment) => {
    const [program = '', ...words] = wordsOf(spec.body) ?? [];
    const args = words.map((word) => expandWord(word, subject));
    const command = quoteWords([program, ...args]);
    return programTarget({
      given: spec.given,
      name: `exec${spec.isJson ? '+json' : ''}:${command}`,
      place: { place: `exec:${command}`, slot: null },
      program: expandHome(program, environment.ctx.homeDirectory),
      environment,
      deliver: (tool, { text, json, meta }) =>
        tool({ args, input: spec.isJson ? json : text, variables: variablesOf(meta) }),
    });
  },
};

/** The words as a POSIX shell reads them; null when they are not complete. */
function wordsOf(body: string): readonly string[] | null {
  try {
    return split(body);
  } catch {
    return null;
  }
}

const programRule: NameRule = {
  what: 'the program',
  problem: (program) => (program === '' ? 'the program is missing' : null),
};

/** An account's name must not turn into an option of the program, as `-rf` would. */
function expandWord(word: string, subject: Subject): string {
  const expanded = expand(word, subject);
  if (word.startsWith('-') || !expanded.startsWith('-')) return expanded;
  throw new UsageError(`${quoted(word)} would be ${quoted(expanded)}, which reads as an option`);
}

function variablesOf(meta: TargetMeta): Environment {
  return {
    SACTL_META_PROVIDER: meta.provider,
    SACTL_META_PROFILE: meta.profile ?? '',
    SACTL_META_ORG: meta.organization ?? '',
    SACTL_META_ID: meta.id,
    SACTL_META_NAME: meta.name,
    SACTL_META_KIND: meta.kind,
    SACTL_META_CLIENT_ID: meta.clientId ?? '',
    SACTL_META_FINGERPRINT: meta.fingerprint,
    SACTL_META_EXPIRES_AT: meta.expiresAt ?? '',
  };
}
