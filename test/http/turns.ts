/** Waits without a clock: other work runs until the condition holds. */
export async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await turns();
}

/** Lets everything run that is ready to. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
