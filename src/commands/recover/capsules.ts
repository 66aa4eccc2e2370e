import { recoverCommand } from '../../delivery/recover.ts';
import { ExitCode, FailedError, NotFoundError, PartialError, UsageError } from '../../errors.ts';
import { FileRefusal, readChunks } from '../../files/bounded-file.ts';
import { userPath } from '../../files/home.ts';
import { systemReason } from '../../files/system-error.ts';
import type { Context } from '../../context.ts';
import { hintText, sactl } from '../../model/hint.ts';
import type { Invocation } from '../../session/invocation.ts';
import { JobLogReader, type FoundCapsule } from '../../state/job-log.ts';
import { NotOpened, type Opener } from '../../state/seal.ts';
import { entryCopyIn, type EntryCopy } from '../../state/sealed-entry.ts';
import type { StoredEntry } from '../../state/stored-entry.ts';
import { entriesDocument } from './entries.ts';
import { openRecovery, type Recovery } from './pick.ts';

/** What `recover open` does. @param file the path of the log; `-` is standard input */
export async function openCapsules({ ctx, common }: Invocation, file: string): Promise<ExitCode> {
  const isTyped = file === '-' && ctx.stdin.isTTY;
  const recovery = await openRecovery(ctx, common, isTyped ? [typed] : []);
  const opener = await readyOpener(recovery);
  const { copies, problems } = await readLog(ctx, file, opener);
  if (copies.length + problems.length === 0) {
    throw new NotFoundError('the log has no sealed copy of a credential');
  }
  const { put, present, misplaced } = await adoptAll(recovery, copies);
  const failed = [...problems, ...misplaced];
  await recovery.emit(await entriesDocument(recovery, put));
  for (const id of present) await recovery.note(`entry ${id} is in the journal already, and stays as it is`);
  if (put.length > 0) await recovery.note(hintText(nextStep(put)));
  if (failed.length === 0) return ExitCode.done;
  const isPartial = put.length + present.length > 0;
  const message = failed.map(({ line, why }) => `line ${line} of the log: ${why}`).join('; ');
  throw isPartial ? new PartialError(message) : new FailedError('journal', message);
}

const typed = 'the log is read from standard input, which is a terminal: pipe it in, or use -f <file>';

/** @throws UsageError where the identity is not set, or cannot be read */
async function readyOpener({ journal }: Recovery): Promise<Opener> {
  const opener = await journal.opener();
  await opener.ready().catch((cause: unknown) => {
    if (!(cause instanceof NotOpened)) throw cause;
    throw new UsageError(cause.message, { hint: 'set SACTL_STATE_IDENTITY to the key, or to the path of its file' });
  });
  return opener;
}

/** What cannot be used, and where it begins. */
interface Problem {
  readonly line: number;
  readonly why: string;
}

interface Located {
  readonly copy: EntryCopy;
  readonly line: number;
}

interface LogReading {
  /** Of several copies of one entry, the last. */
  readonly copies: readonly Located[];
  readonly problems: readonly Problem[];
}

/** In bytes. */
const largestLog = 256 * 1024 * 1024;

/** @throws UsageError when the log cannot be read, or is too large */
async function readLog(ctx: Context, file: string, opener: Opener): Promise<LogReading> {
  const copies = new Map<string, Located>();
  const problems: Problem[] = [];
  const reader = new JobLogReader();
  async function openAll(found: readonly FoundCapsule[]): Promise<void> {
    for (const capsule of found) {
      const copy = await openCapsule(capsule, opener);
      const { line } = capsule;
      if (typeof copy === 'string') problems.push({ line, why: copy });
      else copies.set(copy.intent.id, { copy, line });
    }
  }
  let size = 0;
  for await (const chunk of chunksOf(ctx, file)) {
    size += chunk.length;
    if (size > largestLog) throw new UsageError('the log is larger than 256 MiB: cut out the part of the job');
    await openAll(reader.take(chunk));
  }
  await openAll(reader.close());
  return { copies: [...copies.values()], problems };
}

async function* chunksOf(ctx: Context, file: string): AsyncIterable<Uint8Array> {
  try {
    yield* file === '-' ? ctx.stdin.chunks() : readChunks(userPath(file, ctx));
  } catch (cause) {
    ctx.signal.throwIfAborted();
    const why = cause instanceof FileRefusal ? cause.message : systemReason(cause);
    throw new UsageError(`cannot read ${file === '-' ? 'standard input' : file}: ${why}`, { cause });
  }
}

/** The entry in it, or why there is none. */
async function openCapsule({ readings }: FoundCapsule, opener: Opener): Promise<EntryCopy | string> {
  let why = 'the sealed copy is damaged, or cut off';
  for (const reading of readings) {
    try {
      const copy = entryCopyIn(await opener.open(reading));
      return copy ?? 'the sealed copy is not an entry of the journal, or a newer sactl wrote it';
    } catch (error) {
      if (!(error instanceof NotOpened)) throw error;
      if (error.wantsIdentity) why = error.message;
    }
  }
  return why;
}

interface Adopted {
  readonly put: readonly StoredEntry[];
  /** Ids of entries that were there. */
  readonly present: readonly string[];
  readonly misplaced: readonly Problem[];
}

async function adoptAll({ journal, marker }: Recovery, copies: readonly Located[]): Promise<Adopted> {
  const put: StoredEntry[] = [];
  const present: string[] = [];
  const misplaced: Problem[] = [];
  for (const { copy, line } of copies) {
    const { id, connection } = copy.intent;
    if (connection.isSandbox !== (marker.sandbox === true)) {
      const why = connection.isSandbox ? 'it is from the sandbox: add --sandbox' : 'it is not from the sandbox';
      misplaced.push({ line, why });
      continue;
    }
    const entry = await journal.adopt(copy);
    if (entry === null) present.push(id);
    else put.push(entry);
  }
  return { put, present, misplaced };
}

function nextStep([first, ...others]: readonly StoredEntry[]) {
  if (first !== undefined && others.length === 0) return ['to deliver it: ', recoverCommand('deliver', first)];
  const isSandbox = first?.intent?.connection.isSandbox ?? false;
  return ['to deliver them: ', sactl`recover deliver --all ${isSandbox ? ['--sandbox'] : []}`];
}
