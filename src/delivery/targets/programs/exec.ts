import { join as quoteWords } from 'shlex';

import type { Environment } from '../../../context.ts';
import { UsageError } from '../../../errors.ts';
import type { Secret } from '../../../model/credential.ts';
import { quoted } from '../../../model/text.ts';
import { scrub } from '../../../programs/scrub.ts';
import { secretsOf, type ProgramOutcome } from '../../../programs/secret-program.ts';
import { wordsOf } from '../../../programs/words.ts';
import { expand, fixedNameProblems, hasPlaceholder, placeholderProblems, type NameRule } from '../expand.ts';
import { programTarget } from './program-target.ts';
import type { Scheme } from '../scheme.ts';
import type { Subject, TargetMeta } from '../target.ts';
import { expandHome } from '../../../files/home.ts';

/** `exec:<program args>` and `exec+json:`: a program that reads the credential from stdin. */
export const execScheme: Scheme = {
  problems: ({ body }) => {
    const words = wordsOf(body);
    if (words === null) return ['a quote is not closed, or nothing follows its last backslash'];
    return [
      ...fixedNameProblems(words[0] ?? '', programRule),
      ...words.slice(1).flatMap(placeholderProblems),
      ...shellProblems(body),
      ...scriptProblems(words),
    ];
  },
  create: (spec, subject, environment) => {
    const { homeDirectory } = environment.ctx;
    const [program = '', ...words] = wordsOf(spec.body) ?? [];
    const args = words.map((word) => expandHome(expandWord(word, subject), homeDirectory));
    const command = quoteWords([program, ...args]);
    return programTarget({
      given: spec.given,
      name: `exec${spec.isJson ? '+json' : ''}:${command}`,
      place: { place: `exec:${command}`, slot: null },
      program: expandHome(program, homeDirectory),
      environment,
      deliver: async (tool, { text, json, meta }) => {
        const input = spec.isJson ? json : text;
        const readsPath = args.some((arg) => stdinPath.test(arg)) ? { readsPath: true as const } : {};
        const keepsStdout = program.endsWith('tee') ? {} : { keepsStdout: largestInput };
        const outcome = await tool({ args, input, ...readsPath, ...keepsStdout, variables: variablesOf(meta) });
        return withoutStdout(outcome, secretsOf({ text, json }));
      },
    });
  },
};

/** Paths that open the program's own input. */
const stdinPath = /\/dev\/stdin\b|\/dev\/fd\/0\b|\/proc\/self\/fd\/0\b/;

/** More than any credential, and what a program makes of one. */
const largestInput = 4 * 1024 * 1024;

/** What a program that encrypts begins with, or contains. */
const sealed = /^(?:-----BEGIN |age-encryption\.org|Salted__|U2FsdGVkX1|\$ANSIBLE_VAULT)|[\0\uFFFD]/;

/** A filter, such as cat, base64 or gpg, gives the credential on, and nobody reads its stdout. */
function withoutStdout(outcome: ProgramOutcome, secrets: readonly Secret[]): ProgramOutcome {
  const { problem, stdout } = outcome;
  if (problem !== null || stdout === '') return outcome;
  const isFilter = sealed.test(stdout) || /^(?:\[secret\]\s*)+$/.test(scrub(stdout, secrets));
  return isFilter ? { ...outcome, problem: filtered, isFinal: true } : outcome;
}

const filtered =
  "wrote the credential, or something made from it, to its stdout, which is discarded: use exec:sh -c '… > file'";

/** Words without quotes that only a shell would understand. */
const shellWords = /^(?:\d*(?:>>?|<<?)[^\s]*|&>.*|\|\|?|&&?|;|\$[A-Za-z_({].*|.*`.*)$/;

function shellProblems(body: string): readonly string[] {
  const typed = body.match(/(?:"(?:\\[^]|[^"\\])*"|'[^']*'|\\[^]|[^\s"'\\])+/g) ?? [];
  const word = typed.find((one) => !/["'\\]/.test(one) && shellWords.test(one));
  if (word === undefined) return [];
  return [`no shell runs it, and ${quoted(word)} would be an argument: write exec:sh -c '…', or quote the word`];
}

const inScript =
  "what stands in braces would run as a part of the shell's script: give it as an argument, as in sh -c '… \"$1\"' sh {name}";

const shells = /(?:^|\/)(?:ba|da|k|z|a)?sh$/;

/** What stands for a name in a script would be run as a part of it. */
function scriptProblems(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => shells.test(word));
  const script = at < 0 ? -1 : words.findIndex((word, index) => index > at && /^-[a-z]*c$/.test(word));
  const text = script < 0 ? '' : (words[script + 1] ?? '');
  if (!hasPlaceholder(text)) return [];
  return [inScript];
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
