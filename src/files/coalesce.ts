/**
 * Lets calls for the same work at the same time share one run of it. A call that comes while the work is under way gets
 * the next run, because what its caller did before may have come too late for this one.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function start(): Promise<void> {
    const run = work().finally(() => {
      if (current === run) current = null;
    });
    current = run;
    return run;
  }

  return () => {
    if (current === null) return start();
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}

/** `coalesce` for each of several things, e.g. folders by their paths. */
export function coalesceBy(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const shared = new Map<string, () => Promise<void>>();
  return (key) => {
    const run = shared.get(key) ?? coalesce(() => work(key));
    shared.set(key, run);
    return run();
  };
}

/** Does it once, and again after it has failed. */
export function onceDone(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    if (done !== null) return done;
    const run = work();
    done = run;
    run.catch(() => {
      if (done === run) done = null;
    });
    return run;
  };
}

/** Does one work after the other, in the order of the calls; one that fails does not keep the next from its turn. */
export function turns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
}

/** Something that is waited for, once. `open` may be called more often. */
export function openGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const goOn: (() => void)[] = [];
  const opened = new Promise<void>((resolve) => void goOn.push(resolve));
  return { opened, open: () => goOn.forEach((resolve) => resolve()) };
}
