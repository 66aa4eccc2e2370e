import type { Context } from '../../context.ts';
import { StateError, type StateStore } from './store.ts';

/** What was found out about a store. */
export interface ProbeResult {
  readonly check: string;
  readonly ok: boolean;
  /** How long it took, for a contest all of its rounds. */
  readonly milliseconds: number;
  /** One sentence without a full stop. */
  readonly message: string;
}

export interface ProbeOptions extends Pick<Context, 'now' | 'uuid' | 'signal'> {
  /** One more client of the store, with connections of its own. */
  readonly open: () => Promise<StateStore>;
}

/** How many write at once: a server was seen that is right with three, and wrong with more. */
const writers = 16;
const rounds = 8;

/**
 * Tries every verb under a prefix of its own, then whether exactly one of many simultaneous writers wins, then the clock;
 * stops at the first that fails. What it wrote is removed.
 * @throws the reason of `signal`
 */
export async function probeStore({ open, now, uuid, signal }: ProbeOptions): Promise<readonly ProbeResult[]> {
  const clients = await Promise.all(Array.from({ length: writers }, open));
  const [store] = clients;
  if (store === undefined) return [];
  const trial = { store, clients, prefix: `check/${uuid()}/`, uuid };
  const results: ProbeResult[] = [];
  try {
    for (const [check, work] of Object.entries(probes)) {
      signal.throwIfAborted();
      const startedAt = now();
      const { ok, message } = await work(trial).catch(asFailure);
      results.push({ check, ok, milliseconds: Math.round(now() - startedAt), message });
      if (!ok) break;
    }
  } finally {
    await cleanUp(trial).catch(() => undefined);
    await Promise.all(clients.map((client) => client.close()));
  }
  return results;
}

interface Trial {
  readonly store: StateStore;
  readonly clients: readonly StateStore[];
  readonly prefix: string;
  readonly uuid: () => string;
}

type Verdict = Pick<ProbeResult, 'ok' | 'message'>;

function asFailure(error: unknown): Verdict {
  if (error instanceof StateError) return { ok: false, message: error.message };
  throw error;
}

/** In this order: each builds on those before. */
const probes: Readonly<Record<string, (trial: Trial) => Promise<Verdict>>> = {
  create: async (trial) => {
    const key = `${trial.prefix}verbs`;
    const made = await trial.store.create(key, valueOf(trial));
    const again = await trial.store.create(key, valueOf(trial));
    return verdict(made !== null && again === null, 'a value is created where there is none, and only there');
  },
  get: async ({ store, prefix }) => {
    const found = await store.get(`${prefix}verbs`);
    const missing = await store.get(`${prefix}nothing`);
    return verdict(found !== null && missing === null, 'a value is read as it was written');
  },
  replace: async (trial) => {
    const key = `${trial.prefix}verbs`;
    const first = (await trial.store.get(key))?.revision ?? '';
    const next = await trial.store.replace(key, valueOf(trial), first);
    const late = await trial.store.replace(key, valueOf(trial), first);
    return verdict(
      next !== null && late === null,
      'a value is replaced where it is the one that was read, and only there',
    );
  },
  list: async ({ store, prefix }) => {
    const keys = await store.list(prefix);
    return verdict(keys.join() === `${prefix}verbs`, 'keys are listed');
  },
  remove: async ({ store, prefix }) => {
    const key = `${prefix}verbs`;
    const found = await store.get(key);
    const removed = await store.remove(key, found?.revision ?? '');
    return verdict(removed && (await store.get(key)) === null, 'a value is removed');
  },
  'simultaneous create': (trial) =>
    contest(
      trial,
      (client, key) => client.create(key, valueOf(trial)),
      () => Promise.resolve(),
    ),
  'simultaneous replace': (trial) => {
    let revision = '';
    return contest(
      trial,
      (client, key) => client.replace(key, valueOf(trial), revision),
      async (key) => {
        const made = await trial.store.create(key, valueOf(trial));
        if (made === null) throw new StateError('a value that nobody wrote is there');
        revision = made;
      },
    );
  },
  clock: async (trial) => {
    const key = `${trial.prefix}clock`;
    await trial.store.create(key, valueOf(trial));
    const age = (await (await trial.store.get(key))?.age()) ?? null;
    const message =
      age === null
        ? 'it tells no time: each run measures leases by its own clock'
        : `it tells the time: a value that was just written is ${Math.round(age)} ms old`;
    return { ok: true, message };
  },
};

function verdict(ok: boolean, promise: string): Verdict {
  return { ok, message: ok ? promise : `it does not hold that ${promise}` };
}

function valueOf({ uuid }: Pick<Trial, 'uuid'>): Uint8Array {
  return Buffer.from(`sactl state check ${uuid()}`);
}

/** Lets all clients write the same key at once, several times. `prepare` is called before each. */
async function contest(
  { clients, store, prefix, uuid }: Trial,
  write: (client: StateStore, key: string) => Promise<string | null>,
  prepare: (key: string) => Promise<void>,
): Promise<Verdict> {
  // Every client has its connection before they start.
  await Promise.all(clients.map((client) => client.get(`${prefix}nothing`)));
  for (let round = 1; round <= rounds; round += 1) {
    const key = `${prefix}${uuid()}`;
    await prepare(key);
    const ended = await Promise.allSettled(clients.map((client) => write(client, key)));
    const answers = ended.map(valueOfEnded);
    const winners = answers.filter((answer) => answer !== null);
    const standing = (await store.get(key))?.revision;
    if (winners.length === 1 && winners[0] === standing) continue;
    const what =
      winners.length === 1
        ? `the value of the one that won is not there`
        : `${winners.length} of ${writers} simultaneous writers won`;
    return {
      ok: false,
      message: `${what}, in round ${round}: this store loses changes, and is not safe for the state`,
    };
  }
  return { ok: true, message: `exactly one of ${writers} simultaneous writers won, in each of ${rounds} rounds` };
}

/** @throws why it was rejected, once all have ended */
function valueOfEnded<Value>(ended: PromiseSettledResult<Value>): Value {
  if (ended.status === 'rejected') throw ended.reason;
  return ended.value;
}

async function cleanUp({ store, prefix }: Trial): Promise<void> {
  for (const key of await store.list(prefix)) {
    const found = await store.get(key);
    if (found !== null) await store.remove(key, found.revision);
  }
}
