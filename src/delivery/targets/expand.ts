import { UsageError } from '../../errors.ts';
import { quoted, safeText } from '../../model/text.ts';
import type { Subject } from './target.ts';

/** Why `{id}` has no value in a create. */
export const unknownId = 'the id of an account is not known before it is created; use {name}';

const placeholder = /\{([^{}]*)\}/g;

interface Placeholder {
  readonly valueOf: (subject: Subject) => string | null;
  /** Why there is no value. */
  readonly absence: string;
}

const placeholders: ReadonlyMap<string, Placeholder> = new Map([
  ['provider', { valueOf: (subject: Subject) => subject.provider, absence: '' }],
  [
    'profile',
    { valueOf: (subject: Subject) => subject.profile, absence: 'there is no profile that {profile} could stand for' },
  ],
  [
    'org',
    {
      valueOf: (subject: Subject) => subject.organization,
      absence: 'there is no organization that {org} could stand for',
    },
  ],
  ['id', { valueOf: (subject: Subject) => subject.id, absence: unknownId }],
  ['name', { valueOf: (subject: Subject) => subject.name, absence: '' }],
  ['NAME', { valueOf: (subject: Subject) => variableCase(subject.name), absence: '' }],
]);

/** A name as names of variables are written: in upper case, with `_` for every character that is no letter or digit of ASCII. */
export function variableCase(name: string): string {
  return Array.from(name, (character) => (/[0-9A-Za-z]/.test(character) ? character.toUpperCase() : '_')).join('');
}

/** Whether something in braces is in the text, known or not. */
export function hasPlaceholder(text: string): boolean {
  return text.search(placeholder) >= 0;
}

/** A sentence for each thing in braces that stands for nothing, e.g. `{foo}`. */
export function placeholderProblems(text: string): readonly string[] {
  const known = Array.from(placeholders.keys(), (name) => `{${name}}`).join(' ');
  return [...text.matchAll(placeholder)]
    .filter(([, name = '']) => !placeholders.has(name))
    .map(([unknown]) => `${safeText(unknown, 60)} is not a placeholder; the placeholders are ${known}`);
}

/**
 * Puts the account's values where `{provider} {profile} {org} {id} {name}` stand, exactly as they are; in a path each
 * stays within its segment.
 * @throws UsageError when a value is not known, or cannot be part of a path or a name
 */
export function expand(text: string, subject: Subject): string {
  const problems = [...text.matchAll(placeholder)].flatMap(([whole, name = '']) => problemOf(whole, name, subject));
  if (problems.length > 0) throw new UsageError([...new Set(problems)]);
  return text.replaceAll(placeholder, (_whole, name: string) => placeholders.get(name)?.valueOf(subject) ?? '');
}

function problemOf(whole: string, name: string, subject: Subject): readonly string[] {
  const known = placeholders.get(name);
  if (known === undefined) return placeholderProblems(whole);
  const value = known.valueOf(subject);
  if (value === null) return [known.absence];
  const flaw = flawOf(value);
  return flaw === null ? [] : [`${whole} would be ${quoted(value)} here, and ${flaw}`];
}

/** Why a value cannot be part of a path or name; null when it can. */
function flawOf(value: string): string | null {
  if (value === '') return 'an empty value names nothing';
  if (value === '.' || value === '..') return 'that names a folder';
  if (/[/\\]/.test(value)) return 'a value with a slash would lead to another folder';
  if (safeText(value) !== value) return 'it has control characters, spaces at an end or the like';
  return null;
}

/** What a name in a target must be like. */
export interface NameRule {
  /** e.g. `the namespace`. */
  readonly what: string;
  /** What is wrong with a name, as a sentence; null when nothing is. */
  readonly problem: (name: string) => string | null;
}

/** @param expected e.g. `lower-case use letters, digits and -` */
export function nameRule(what: string, expected: string, isValid: (name: string) => boolean): NameRule {
  return {
    what,
    problem: (name) => {
      if (name === '') return `${what} is missing`;
      return isValid(name) ? null : `${what} cannot be ${quoted(name)}: ${expected}`;
    },
  };
}

/** A variable of a `.env` file or a job. */
export const variableRule: NameRule = {
  what: 'the variable',
  problem: (name) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? null
      : `${quoted(name)} is not a name for a variable: use letters, digits and _, no digit first`,
};

/** What is wrong with a name in which placeholders may stand; those that are known are judged once they are expanded. */
export function nameProblems(text: string, { problem }: NameRule): readonly string[] {
  return hasPlaceholder(text) ? placeholderProblems(text) : [problem(text)].filter((found) => found !== null);
}

/** What is wrong with a name that no account may change: it decides whose place the credential goes to. */
export function fixedNameProblems(text: string, { what, problem }: NameRule): readonly string[] {
  if (hasPlaceholder(text)) return [`${what} must be written out: nothing in braces is expanded there`];
  return [problem(text)].filter((found) => found !== null);
}

/**
 * The name for one account, which is never rewritten.
 * @throws UsageError when its values do not make a valid name, even where it has braces in it
 */
export function expandName(text: string, rule: NameRule, subject: Subject): string {
  const name = expand(text, subject);
  const problem = rule.problem(name);
  if (problem !== null) throw new UsageError(problem);
  return name;
}
