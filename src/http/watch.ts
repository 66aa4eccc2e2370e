/** Several signals as one. */
export interface Watch {
  /** Aborted once one of them is. */
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects once `signal` is aborted: an injected fetch need not obey its signal. */
  readonly race: <Result>(work: Promise<Result>) => Promise<Result>;
  /** Must be called, or the signals hold on to their listeners: `AbortSignal.any` would, for every request. */
  readonly end: () => void;
}

/** Watches until one of the signals is aborted, or `end` is called. */
export function watchSignals(signals: readonly AbortSignal[]): Watch {
  const controller = new AbortController();
  const stopped = rejectionOn(controller.signal);
  function stop(): void {
    controller.abort();
  }
  for (const signal of signals) signal.addEventListener('abort', stop);
  if (signals.some(({ aborted }) => aborted)) stop();
  return {
    signal: controller.signal,
    race: (work) => Promise.race([work, stopped]),
    end: () => {
      for (const signal of signals) signal.removeEventListener('abort', stop);
    },
  };
}

function rejectionOn(signal: AbortSignal): Promise<never> {
  const rejection = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('the wait was ended', 'AbortError'));
    });
  });
  // It may come while nothing is raced against it.
  rejection.catch(() => undefined);
  return rejection;
}
