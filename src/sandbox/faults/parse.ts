import type { Environment } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { oneOf, providerNames } from '../../model/account.ts';
import { quoted } from '../../model/text.ts';
import { sandboxProviders } from '../providers.ts';
import { faultEffects, printFault, type Fault, type FaultName } from './fault.ts';

/** The variable that arms faults for `--sandbox`: several are separated by white space. */
const faultVariable = 'SACTL_SANDBOX_FAULT';

/** @throws UsageError naming the variable and every problem in it */
export function faultsFromEnvironment(env: Environment): readonly Fault[] {
  const words = (env[faultVariable] ?? '').split(/\s+/).filter((word) => word !== '');
  return parseFaults(words, faultVariable);
}

/**
 * Reads faults as users write them, `<provider>.<operation>=<fault>[@<nth>]`.
 * @param source where the faults are from, as messages call it, e.g. `--fault`
 * @throws UsageError with every problem of every fault
 */
export function parseFaults(texts: readonly string[], source: string): readonly Fault[] {
  const problems: string[] = [];
  const faults: Fault[] = [];
  for (const text of texts) {
    const found: string[] = [];
    const fault = parseFault(text, found);
    const earlier = faults.find((candidate) => fault !== null && covers(candidate, fault));
    if (earlier !== undefined) found.push(`${printFault(earlier)} before it leaves nothing to hit`);
    if (fault !== null) faults.push(fault);
    problems.push(...found.map((problem) => `${source} ${quoted(text)}: ${problem}`));
  }
  if (problems.length > 0) throw new UsageError(problems);
  return faults;
}

const shape = /^([^.=@]*)\.([^.=@]*)=([^=@]*)(?:@([^@]*))?$/;
const example = 'nscale.rotate=drop-after-commit@1';

/** Adds problems to the list, and returns null then. */
function parseFault(text: string, problems: string[]): Fault | null {
  const parts = shape.exec(text);
  if (parts === null) {
    problems.push(`write <provider>.<operation>=<fault>[@<nth>], e.g. ${example}`);
    return null;
  }
  const [, providerText = '', operationText = '', nameText = '', nthText] = parts;
  const provider = choose(providerText, 'provider', providerNames, problems);
  // With an unknown provider, any provider's operation is accepted.
  const subjects = (provider === null ? providerNames : [provider]).map((known) => sandboxProviders[known].faults);
  const operations = new Set(subjects.flatMap((subject) => subject.operations));
  const operation = choose(operationText, 'operation', [...operations, '*'] as const, problems);
  const name = choose(nameText, 'fault', Object.keys(faultEffects).filter(isFaultName), problems);
  const nth = readNth(nthText, problems);
  if (provider === null || operation === null || name === null) return null;
  if (operation !== '*' && cuts.has(name) && subjects.some(({ bodiless }) => bodiless.includes(operation))) {
    problems.push(`the answer to ${provider}.${operation} has no body to cut`);
    return null;
  }
  return nth === 'wrong' ? null : { provider, operation, name, nth };
}

const cuts: ReadonlySet<FaultName> = new Set(['truncated', 'cut-json']);

function choose<Item>(text: string, what: string, items: readonly Item[], problems: string[]): Item | null {
  const item = oneOf(text, items);
  if (item === null) problems.push(`the ${what} must be one of ${items.join(', ')}`);
  return item;
}

function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(faultEffects, text);
}

function readNth(text: string | undefined, problems: string[]): number | null | 'wrong' {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  problems.push('what follows @ is the number of one request, from 1');
  return 'wrong';
}

/** Whether the earlier fault hits every request that the later one would. */
function covers(earlier: Fault, later: Fault): boolean {
  if (earlier.provider !== later.provider) return false;
  const isSame = earlier.operation === later.operation;
  if (earlier.nth === null) return isSame || earlier.operation === '*';
  return isSame && earlier.nth === later.nth;
}
