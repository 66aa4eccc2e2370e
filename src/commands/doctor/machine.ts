import { sactl } from '../../model/hint.ts';
import type { ConfigurationReading } from '../../config/configuration.ts';
import type { Context } from '../../context.ts';
import { oldestNode } from '../../version.ts';
import { sandboxDirectory } from '../../session/sandbox-state.ts';
import { about, failure, ok, warning, type Diagnosis, type CheckResult } from './report.ts';
import type { CommonFlags } from '../../session/flags.ts';
import { examinePermissions } from './permissions.ts';
import { examineStores, type StatePlace } from './stores.ts';
import { tildePath } from '../../files/home.ts';
import type { Ignored, Setting } from '../../config/setting.ts';
import { unusable } from '../config/unusable.ts';
import { userFileLocation } from '../../config/directories.ts';
import { locateUserFile } from '../../config/user-file.ts';
import { openAuditLog } from '../../state/audit-log.ts';
import { CliError } from '../../errors.ts';
import { openJournal } from '../../state/journal.ts';
import { openEntriesOf, openEntriesText } from '../../session/open-entries.ts';

/** Checks what concerns all connections. */
export async function examineMachine(
  ctx: Context,
  flags: CommonFlags,
  reading: ConfigurationReading,
): Promise<readonly Diagnosis[]> {
  const { files, sandbox, stateDirectory: own } = reading.configuration;
  const stateDirectory = sandbox.value && own.value !== null ? sandboxDirectory(own.value) : own.value;
  // Before the journal is opened, which corrects its own permissions.
  const permissions = await examinePermissions(ctx, { userFile: files.user, stateDirectory });
  const results = [
    examineNode(ctx),
    ...examineConfiguration(ctx, reading),
    ...permissions,
    ...(stateDirectory === null
      ? []
      : await examineState(ctx, flags, { configuration: reading.configuration, stateDirectory })),
  ];
  return about({ provider: null, profile: null }, results, sandbox.value ? [['--sandbox']] : []);
}

async function examineState(ctx: Context, flags: CommonFlags, place: StatePlace): Promise<readonly CheckResult[]> {
  const machine = { ...ctx, stateDirectory: place.stateDirectory };
  return [
    await orFailure('journal', () => examineJournal(machine)),
    await orFailure('audit', async () => {
      await openAuditLog(machine).preflight();
      return ok('audit', 'changes can be written into the audit log');
    }),
    ...(await examineStores(ctx, flags, place)),
  ];
}

function examineNode({ nodeVersion }: Pick<Context, 'nodeVersion'>): CheckResult {
  const isOld = nodeVersion.localeCompare(oldestNode, 'en', { numeric: true }) < 0;
  return isOld
    ? failure('node', `this is Node.js ${nodeVersion}`, `install Node.js ${oldestNode} or newer`)
    : ok('node', `Node.js ${nodeVersion}`);
}

/** Which files are read, their problems and those of the environment, and what is not used. */
function examineConfiguration(ctx: Context, reading: ConfigurationReading): readonly CheckResult[] {
  const { configuration, hint, unusable: unusableFiles } = reading;
  const { files, ignored } = configuration;
  const problems = [...reading.problems, ...unusableSettings(reading)];
  const read = [files.user, files.project].filter((path) => path !== null);
  const beaten = ignored.filter((item) => !unusableFiles.includes(item));
  function shown(path: string): string {
    return tildePath(path, ctx.homeDirectory);
  }
  return [
    ...(files.user === null && problems.length === 0
      ? [ok('config', `no configuration file is read${wouldBe(ctx)}`)]
      : []),
    ...read
      .filter((path) => !problems.some((problem) => problem.startsWith(`${path}:`)))
      .map((path) => ok('config', `${shown(path)} is read`)),
    ...problems.map((problem) => failure('config', problem, hint ?? stopped)),
    ...unusableFiles.map((item) => warning('config', unused(item))),
    ...beaten.map((item) => ok('config', unused(item))),
  ];
}

/** Settings that can be read, and that every command would stop at; only a file's, because flags and environment are tried. */
function unusableSettings({ configuration, problems }: ConfigurationReading): readonly string[] {
  const { profile, columns, sandbox } = configuration;
  const found = unusable(configuration);
  // Of a profile that is there and wrong in itself, the problems say so.
  const isTried = sandbox.value || problems.length > 0 || !isFromFile(profile);
  return [...(isTried ? [] : found.profile), ...(isFromFile(columns) ? found.columns : [])];
}

function isFromFile({ source: { kind } }: Setting<unknown>): boolean {
  return kind === 'user' || kind === 'project';
}

/** Without a home directory there is no place for it, which is a finding of its own. */
function wouldBe(ctx: Context): string {
  if (userFileLocation(ctx).directory === null) return '';
  return `; it would be ${tildePath(locateUserFile(ctx).path, ctx.homeDirectory)}`;
}

const stopped = 'other commands stop here';

function unused({ what, why }: Ignored): string {
  return `not used: ${what}, because ${why}`;
}

async function examineJournal(machine: Context & { readonly stateDirectory: string }): Promise<CheckResult> {
  const entries = await openJournal({ ...machine, keepsSecrets: false }).list();
  const open = openEntriesText(openEntriesOf(entries));
  if (open === null) return ok('journal', 'every new credential has been delivered');
  return warning('journal', open, sactl`recover list`);
}

/** Without journal and audit log no create or rotate is sent. */
async function orFailure(check: string, look: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return failure(check, error.message, error.hint);
  }
}
