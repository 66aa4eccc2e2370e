import { loadConfiguration, type Configuration } from '../config/configuration.ts';
import { describeSource, printingBan } from '../config/setting.ts';
import type { Context } from '../context.ts';
import type { TargetEnvironment } from '../delivery/targets/target.ts';
import { AuthError, UsageError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { listOf } from '../model/text.ts';
import type { ColumnChoice } from '../output/columns.ts';
import { prepareRenderer, type Renderer } from '../output/renderer.ts';
import type { Provider, ProviderDefinition } from '../providers/provider.ts';
import { providersWith, type OptionalVerb } from '../providers/registry.ts';
import { gather, throwGathered, type Check, type Gathered } from './check.ts';
import { connect, findConnection, type Connected, type FoundConnection } from './connect.ts';
import { outputFlags, type CommonFlags } from './flags.ts';
import { commandOutput, type CommandOutput } from './output.ts';
import { outletOf, type Outlet } from './targets.ts';

/** A command's connection to one provider, with its output ready. */
export interface Session extends Connected, CommandOutput {
  readonly common: CommonFlags;
  readonly targetEnvironment: TargetEnvironment;
  /** e.g. `ci-deploy (c1f0…) in organization acme (a77e…)`. */
  readonly naming: (account: Account) => string;
  /**
   * The provider's method.
   * @throws UsageError where it has none: it cannot `purpose`, and these providers can
   */
  readonly verb: <Name extends OptionalVerb>(name: Name, purpose: string) => NonNullable<Provider[Name]>;
}

/** What a command's own check can look at, before any request is sent. */
export interface Local extends Outlet {
  readonly definition: ProviderDefinition;
  /** The columns that `--columns` or the configuration names. */
  readonly columns: ColumnChoice | null;
  /** Null where its flags are wrong. */
  readonly renderer: Renderer | null;
}

/**
 * Checks everything local (output flags, filters, configuration, the command's own input by `check`), reports every
 * problem at once, then connects. Nothing is sent here.
 * @throws UsageError holding all problems; AuthError when there is no credential
 */
export async function openSession<Input>(
  { ctx, common }: { ctx: Context; common: CommonFlags },
  check: (local: Local) => Promise<Check<Input>> | Check<Input>,
): Promise<{ session: Session; input: Input }> {
  const gathered: Gathered = { problems: [], hints: [] };
  const configuration = await gather(gathered, () => loadConfiguration(ctx, common));
  const prepared = await gather(gathered, () => prepareRenderer(ctx, outputFlags(common, configuration)));
  // Nobody is asked which connection is meant where the answer would be of no use.
  const asking = { ...common, input: common.input && gathered.problems.length === 0 };
  const found = configuration && (await gather(gathered, () => findConnection(ctx, asking, configuration)));
  const renderer = withBan(prepared, found);
  const local = found && {
    renderer,
    definition: found.definition,
    columns: columnsOf(found.configuration),
    ...outletOf(ctx, found),
  };
  const checked = local === null ? null : await check(local);
  gathered.problems.push(...(found?.problems ?? []), ...(checked?.problems ?? []));
  if (common.raw && common.dryRun) gathered.problems.push('--raw prints an answer, and with --dry-run there is none');
  throwGathered(gathered);
  if (found === null || renderer === null || local === null || checked === null)
    throw new UsageError(gathered.problems);
  const connected = await connect(ctx, common, found);
  const output = commandOutput(ctx, common, { ...connected, renderer });
  const { targetEnvironment } = local;
  const session = {
    ...connected,
    ...output,
    common,
    targetEnvironment,
    naming: namingOf(connected),
    verb: verbsOf(connected),
  };
  return { session, input: checked.value };
}

/** A profile may forbid more than the rest of the configuration. */
function withBan(renderer: Renderer | null, found: FoundConnection | null): Renderer | null {
  if (renderer === null || found === null || found.connection instanceof AuthError) return renderer;
  return { ...renderer, printingBan: printingBan(found.configuration, found.connection.profile) };
}

/** The columns that flags or files name. */
export function columnsOf({ columns }: Pick<Configuration, 'columns'>): ColumnChoice | null {
  const { value: names, source } = columns;
  return names === null ? null : { names, source: describeSource(source) };
}

function namingOf({ provider }: Connected): Session['naming'] {
  return ({ name, id, organization }) =>
    `${name} (${id})${organization === null ? '' : ` in organization ${organizationText(provider, organization)}`}`;
}

/** The organization by its id and, as far as it is known, its name, e.g. `acme (a77e…)`. */
export function organizationText({ organizationName }: Pick<Provider, 'organizationName'>, id: string): string {
  const name = organizationName?.() ?? null;
  return name === null ? id : `${name} (${id})`;
}

function verbsOf({ definition, provider }: Connected): Session['verb'] {
  return (name, purpose) => {
    const method = provider[name];
    if (method !== undefined) return method;
    const able = providersWith(name);
    throw new UsageError(`${definition.title} cannot ${purpose}; ${listOf(able)} can`, {
      hint: `name one that can with --provider ${able.join('|')}`,
    });
  };
}
