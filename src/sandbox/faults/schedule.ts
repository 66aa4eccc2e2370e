import type { Fault, FaultName, Operation } from './fault.ts';

/** Which fault each request of one provider meets. */
export class Schedule {
  readonly #armed: readonly { readonly fault: Fault; seen: number }[];

  constructor(faults: readonly Fault[]) {
    this.#armed = faults.map((fault) => ({ fault, seen: 0 }));
  }

  /**
   * The fault of the request that comes now, null when it meets none. Every fault counts the requests it is armed for,
   * also those that another one hits; where several hit, the one that was named first acts.
   */
  next(operation: Operation | null): FaultName | null {
    let name: FaultName | null = null;
    for (const entry of this.#armed) {
      const { fault } = entry;
      if (fault.operation !== '*' && fault.operation !== operation) continue;
      entry.seen += 1;
      if (fault.nth === null || fault.nth === entry.seen) name ??= fault.name;
    }
    return name;
  }
}
