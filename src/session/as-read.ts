import { isDeepStrictEqual } from 'node:util';

import { asFields, type Account, type AccountChange } from '../model/account.ts';
import { ExactNumber, jsonText } from '../model/exact-number.ts';
import { compareText, quoted } from '../model/text.ts';
import type { AsRead } from '../providers/provider.ts';

/**
 * What a document that was read says of an account, and no update can make true, one sentence each. What is as the account is
 * now is no problem (docs/design.md 1). `marker` is what the command adds to what it prints.
 */
export function claimProblems({ id, claims, current }: AsRead, account: Account, marker: object): readonly string[] {
  if (id !== null && id !== account.id) {
    return [`"id" is ${quoted(id, 200)}, and --id names ${quoted(account.name)} (${account.id}): give one of the two`];
  }
  const now = { ...asFields(current(account)), ...marker };
  return [...claims].flatMap(([place, said]) => {
    const found = valueAt(now, place.split('.'));
    // Whether it is of a newer service or a typing error, only the account can tell.
    return found === undefined && !isKnownAbsent(place)
      ? [`unknown key ${quoted(place, 200)}`]
      : contradictions(place, found ?? null, said);
  });
}

/** The marker of the sandbox is absent elsewhere. */
function isKnownAbsent(place: string): boolean {
  return place === 'sandbox';
}

function valueAt(value: unknown, [first, ...rest]: readonly string[]): unknown {
  return first === undefined ? value : valueAt(asFields(value)?.[first], rest);
}

/** The places within one where the document says something else; null says nothing. */
function contradictions(place: string, now: unknown, said: unknown): readonly string[] {
  if (said === null || isDeepStrictEqual(plain(now), plain(said))) return [];
  const [inner, wanted] = [asFields(now), asFields(said)];
  if (inner !== null && wanted !== null) {
    return Object.keys(wanted).flatMap((key) => contradictions(`${place}.${key}`, inner[key] ?? null, wanted[key]));
  }
  return [`${quoted(place, 200)} cannot be changed: it is ${shown(now)}`];
}

function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value, 200);
  if (value === null) return 'not set';
  return typeof value === 'object' ? 'something else' : jsonText(value);
}

/** With the numbers that a parser of documents makes of them; lists come in any order (docs/contracts/nscale.md 9). */
function plain(value: unknown): unknown {
  if (value instanceof ExactNumber) return Number(value.toString());
  if (Array.isArray(value)) return value.map(plain).toSorted((a, b) => compareText(jsonText(a), jsonText(b)));
  const fields = asFields(value);
  return fields === null ? value : Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, plain(one)]));
}

/** A change without what is so already: a document that was read mentions everything. */
export function withoutSame(change: AccountChange, account: Account): AccountChange {
  const { name, description, groups, tags, enabled, ...others } = change;
  const differing = Object.entries(tags ?? {}).filter(
    ([key, value]) => !isDeepStrictEqual(account.tags[key] ?? null, value),
  );
  return {
    ...others,
    ...(name === undefined || name === account.name ? {} : { name }),
    ...(description === undefined || description === account.description ? {} : { description }),
    ...(groups === undefined || isDeepStrictEqual(groups.toSorted(), account.groups) ? {} : { groups }),
    ...(differing.length === 0 ? {} : { tags: Object.fromEntries(differing) }),
    ...(enabled === undefined || enabled === account.enabled ? {} : { enabled }),
  };
}
