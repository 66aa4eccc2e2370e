import { NotFoundError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import { describeRule, type Account, type GrantRequest } from '../../model/account.ts';
import type { GrantedRule, Plan, RevocationPlan } from '../provider.ts';
import type { Connection } from './connection.ts';
import { resolveGrants } from './grants.ts';
import { findAccount, subjectsOf } from './lookup.ts';
import { addRule, removeRule, ruleBody, rulesUrl, ruleUrl } from './rules.ts';
import { toGrantedRule, type AccessRuleRead } from './schema.ts';

/** The rules of one account, found by id, name or client id, or of all service accounts. */
export async function listAccessRules(connection: Connection, account: string | null): Promise<GrantedRule[]> {
  const subjects = account === null ? null : subjectsOf(await findAccount(connection, account));
  const rules = await connection.api.accessRules(subjects);
  return rules.map(toGrantedRule);
}

/** Gives an account a role on a scope; rules bind by the account's name (contracts/runai.md 7). */
export async function planGrant(
  connection: Connection,
  reference: string,
  request: GrantRequest,
): Promise<Plan<GrantedRule>> {
  const account = await findAccount(connection, reference);
  const [resolved] = await resolveGrants(connection, [request]);
  if (resolved === undefined) throw new Error('one request gives one grant');
  const body = await ruleBody(connection, { ...resolved.grant, subject: account.name });
  return {
    requests: [{ method: 'POST', url: rulesUrl(connection), body }],
    effects: [`${account.name} is granted ${resolved.text}`],
    apply: async ({ signal, report }) => {
      const added = await addRule(connection, body, signal).catch((error: unknown) => {
        if (error instanceof HttpError && error.arrival === 'unknown') return error;
        throw error;
      });
      if (added !== null && !(added instanceof HttpError)) return toGrantedRule(added);
      const same = await findSame(connection, account, body);
      if (same === undefined) throw added ?? missingRule(`of ${account.name} for ${resolved.text}`);
      if (added === null) await report(`${account.name} had this access rule already`);
      return toGrantedRule(same);
    },
  };
}

/** The rule that a refused or lost request for it is about. */
async function findSame(
  { api }: Connection,
  account: Account,
  body: Readonly<Record<string, unknown>>,
): Promise<AccessRuleRead | undefined> {
  const rules = await api.accessRules(subjectsOf(account));
  return rules.find((rule) =>
    (['roleId', 'scopeType', 'scopeId'] as const).every((key) => String(rule[key]) === String(body[key])),
  );
}

/** Takes a rule away; what it grants is looked up first, to be shown. */
export async function planRevoke(connection: Connection, ruleId: string): Promise<RevocationPlan> {
  const rules = await connection.api.accessRules(null);
  const rule = rules.find(({ id }) => String(id) === ruleId);
  if (rule === undefined) throw missingRule(`with the id ${ruleId}`);
  const granted = toGrantedRule(rule);
  return {
    rule: granted,
    requests: [{ method: 'DELETE', url: ruleUrl(connection, ruleId), body: null }],
    effects: [`${granted.account} loses ${describeRule(granted)}`],
    apply: ({ signal }) => removeRule(connection, ruleId, signal),
  };
}

function missingRule(which: string): NotFoundError {
  return new NotFoundError(`there is no access rule ${which} of a Run:ai service account`, {
    provider: 'runai',
    hint: 'sactl accessrules list --provider runai',
  });
}
