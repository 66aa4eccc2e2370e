import type { NscaleOptions } from '../../harness/nscale.ts';

/** What stderr says when an answer is lost. */
export const looking = 'sactl: the answer was lost; looking for its outcome, for up to 30 s\n';

/** What stderr says when another credential is issued for the account. */
export function again(name: string, id: string): string {
  return `sactl: issuing another credential for ${name} (${id})\n`;
}

/** Waits between the readings that prove that nothing changed: three after nscale's own failure, else thirteen. */
export const readings = { own: [2500, 2500], window: Array.from({ length: 12 }, () => 2500) } as const;

/** An emulator that issues `first`, `second` and so on. */
export function counted(): NscaleOptions {
  const tokens = ['first', 'second', 'third'];
  return { newSecret: () => tokens.shift() ?? 'too-many' };
}

/** A page of a proxy or gateway. */
export function htmlPage(): Response {
  return new Response('<html>', { status: 502 });
}

/** An answer of success whose body breaks off. */
export function cut(): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"metadata":{"id":"c1')),
    pull: (controller) => controller.error(new Error('broken')),
  });
  return new Response(body, { status: 201 });
}
