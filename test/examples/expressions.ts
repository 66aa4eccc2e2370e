// As much of the expressions of GitHub Actions as the examples have:
// https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
// They name `secrets.X`, `vars.X`, `inputs.x`, `steps.x.outputs.y` and `github.repository`.

import type { Values } from './machine.ts';

/** The values of one context, e.g. `inputs`, under their full names. */
export function named(context: string, values: Values = {}): Values {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${context}.${key}`, value]));
}

/** A text in which `${{ … }}` is filled in. What is not known is empty, as it is there; a secret names itself. */
export function evaluate(text: string, context: Values): string {
  return text.replaceAll(/\$\{\{ (.+?) \}\}/g, (_, expression: string) => valueOf(expression, context));
}

export function evaluateAll(values: Readonly<Record<string, unknown>> = {}, context: Values): Values {
  const entries = Object.entries(values).map(([key, value]) => [key, evaluate(String(value), context)]);
  return Object.fromEntries(entries) as Values;
}

/** Whether a step with this `if` is run. @throws Error for what the examples do not have */
export function holds(
  condition: string | undefined,
  { context, failed }: { context: Values; failed: boolean },
): boolean {
  if (condition === 'failure()') return failed;
  if (condition === 'success() || failure()') return true;
  if (failed) return false;
  if (condition === undefined) return true;
  const [, left, sign, right] = /^([\w.-]+) ([!=]=) '(\w*)'$/.exec(condition) ?? [];
  if (left === undefined) throw new Error(`nobody has taught the runner what this means: ${condition}`);
  return (valueOf(left, context) === right) === (sign === '==');
}

function valueOf(expression: string, context: Values): string {
  return (
    expression
      .split(' || ')
      .map((name) => lookUp(name, context))
      .find((value) => value !== '') ?? ''
  );
}

function lookUp(name: string, context: Values): string {
  if (!/^[a-z]+(?:\.[\w-]+)+$/.test(name)) throw new Error(`nobody has taught the runner what this means: ${name}`);
  return context[name] ?? (name.startsWith('secrets.') ? `value of ${name}` : '');
}
