import { UsageError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import { expand, hasPlaceholder, placeholderProblems } from './expand.ts';
import type { Subject } from './target.ts';

/** What a part of a target's name must be like. */
export interface NameRule {
  /** e.g. `the namespace`. */
  readonly what: string;
  /** e.g. `lower-case letters, digits and -`. */
  readonly expected: string;
  readonly isValid: (name: string) => boolean;
}

/** What is wrong with a name in which placeholders may stand; those that are known are judged once they are expanded. */
export function nameProblems(text: string, rule: NameRule): readonly string[] {
  return hasPlaceholder(text) ? placeholderProblems(text) : violations(text, rule);
}

/** What is wrong with a name that no account may change: it decides whose place the credential goes to. */
export function fixedNameProblems(text: string, rule: NameRule): readonly string[] {
  if (!hasPlaceholder(text)) return violations(text, rule);
  return [`${rule.what} must be written out: nothing in braces is expanded there`];
}

/**
 * The name for one account.
 * @throws UsageError when its values do not make a valid name; none is rewritten
 */
export function expandName(text: string, rule: NameRule, subject: Subject): string {
  const name = expand(text, subject);
  const problems = violations(name, rule);
  if (problems.length > 0) throw new UsageError(problems);
  return name;
}

function violations(name: string, rule: NameRule): readonly string[] {
  if (name === '') return [`${rule.what} is missing`];
  if (rule.isValid(name)) return [];
  return [`${rule.what} cannot be ${quoted(name)}: ${rule.expected}`];
}
