import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { AuditEvent } from '../../state/audit-event.ts';
import { ExitCode } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import type { Tone } from '../../output/style.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';

export function addList(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'list', {
    summary: 'List what was changed from this machine',
    description:
      'Lists every change that sactl made or tried here, the latest last: who, what, when, which account, where the ' +
      'credential went and what came of it. Credentials are named by their fingerprints only.',
    honours: ['journal', 'output'],
    examples: [
      'sactl audit list --since 7d',
      'sactl audit list --id ci-deploy',
      'sactl audit list -q \'.[] | select(.outcome != "done") | [.at, .name, .error]\'',
    ],
  })
    .option('--id <id>', 'only changes of the account with this id or exact name')
    .option('--since <time>', 'only changes since this time: 7d, or 2026-11-01, or a time in ISO 8601')
    .action((flags) => host.run((invocation) => listEvents(invocation, flags)));
}

interface ListFlags {
  readonly id?: string | undefined;
  readonly since?: string | undefined;
}

async function listEvents({ ctx, common }: Invocation, flags: ListFlags): Promise<ExitCode> {
  const { readEvents } = await import('../../state/audit-read.ts');
  const { listDocument } = await import('../../output/document.ts');
  const { openStateWork } = await import('../../session/state-work.ts');
  const { readSince } = await import('./since.ts');
  const since = readSince(flags.since, ctx.now());
  const problems = flags.id?.trim() === '' ? ['--id is empty'] : [];
  const work = await openStateWork(ctx, common, [...problems, ...since.problems]);
  const rows: AuditEvent[] = [];
  const damaged = await readEvents({ ...ctx, stateDirectory: work.stateDirectory }, (event) => {
    if (isAbout(event, flags.id) && Date.parse(event.at) >= since.value) rows.push(event);
  });
  await work.emit(listDocument({ rows, columns }));
  const lines = damaged === 1 ? '1 line' : `${damaged} lines`;
  if (damaged > 0) await work.note(`${lines} of the audit log cannot be read`);
  else if (rows.length === 0) await work.note(nothingIn(flags));
  return ExitCode.done;
}

function nothingIn({ id, since }: ListFlags): string {
  const isAll = id === undefined && since === undefined;
  return isAll ? 'nothing was changed from this machine yet' : 'the audit log has nothing of that';
}

function isAbout({ id, name }: AuditEvent, reference: string | undefined): boolean {
  return reference === undefined || id === reference.trim() || name === reference.trim();
}

const columns: readonly Column<AuditEvent>[] = [
  { name: 'at', value: ({ at }) => at, isTime: true },
  { name: 'operation', value: ({ operation }) => operation },
  { name: 'name', header: 'ACCOUNT', value: ({ name, id }) => name ?? id, shrink: 1 },
  {
    name: 'outcome',
    value: ({ outcome }) => outcome,
    tone: ({ outcome }) => tones.get(outcome) ?? 'bad',
  },
  { name: 'user', value: ({ user, ci }) => ci?.actor ?? user, spare: true, shrink: 2 },
  { name: 'provider', value: ({ provider }) => provider, spare: true },
  {
    name: 'targets',
    value: ({ targets }) => targets.map(({ target, ok }) => (ok ? target : `${target} (failed)`)),
    shrink: 3,
    spare: true,
    hideEmpty: true,
  },
  { name: 'fingerprint', value: ({ fingerprint }) => fingerprint, spare: true, hideEmpty: true },
  { name: 'id', value: ({ id }) => id, spare: true },
];

const tones: ReadonlyMap<string, Tone> = new Map([
  ['done', 'good'],
  ['partial', 'warning'],
  ['action-required', 'warning'],
]);
