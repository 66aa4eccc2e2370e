import { UsageError } from '../../errors.ts';
import type { ProviderName } from '../../model/account.ts';
import { Secret } from '../../model/credential.ts';
import { listOf, quoted } from '../../model/text.ts';
import { TargetError, type Target, type TargetPayload } from './target.ts';

/** The parts of a credential that a target can take, as `?field=<part>` names them. */
export const credentialFields = ['value', 'clientId', 'expiresAt', 'fingerprint', 'kind'] as const;

export type CredentialField = (typeof credentialFields)[number];

/** The parts that no credential of a provider has: they are null in every answer (docs/design.md 2). */
const absent: Readonly<Record<ProviderName, readonly CredentialField[]>> = {
  nscale: ['clientId'],
  runai: ['expiresAt'],
  augment: ['clientId', 'expiresAt'],
};

const tail = /^(.*)\?field=([^?#&/'"\s]*)$/s;

/** An address that a program is given has a query of its own. */
const addressAtEnd = /:\/\/\S*$/;

/** Takes `?field=<part>` off the end of a target; at the end of an address with `://`, it is a part of that. */
export function splitField(given: string): { readonly rest: string; readonly field: string | null } {
  const [, rest, field] = tail.exec(given) ?? [];
  if (rest === undefined || field === undefined || addressAtEnd.test(rest)) return { rest: given, field: null };
  return { rest, field };
}

/** Whether a target of this name gets the credential itself, and not only a part of it. */
export function takesValue(name: string): boolean {
  const { field } = splitField(name);
  return field === null || field === 'value';
}

export function isCredentialField(text: string): text is CredentialField {
  return credentialFields.some((field) => field === text);
}

/** Says what may follow `?field=`, and how to write a name that ends so. */
export function fieldProblem(field: string): string {
  return (
    `${quoted(field)} is not a part of a credential: the parts are ${listOf(credentialFields, 'and')}; ` +
    'to a name that ends in ?field=…, add ?field=value'
  );
}

/** The target for one part of the credential. @throws UsageError where the provider's credentials have none */
export function withField(target: Target, field: CredentialField, provider: ProviderName): Target {
  const name = `${target.name}${suffix(target.name, field)}`;
  if (field === 'value') return { ...target, name };
  if (absent[provider].includes(field)) {
    throw new UsageError(`?field=${field}: the credentials of ${provider} have none`);
  }
  return {
    ...target,
    name,
    deliver: (payload, signal) => target.deliver({ ...payload, text: partOf(payload, field) }, signal),
  };
}

function suffix(name: string, field: CredentialField): string {
  return field === 'value' && splitField(name).field === null ? '' : `?field=${field}`;
}

function partOf({ meta }: TargetPayload, field: Exclude<CredentialField, 'value'>): Secret {
  const part = meta[field];
  if (part === null) throw new TargetError(`the credential has no ${field}`, { isRetryable: false });
  return new Secret(part);
}
