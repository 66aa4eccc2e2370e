/** How far a run has come. */
export interface Stand {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly elapsedMs: number;
}

const barWidth = 24;

/** e.g. `rotating [######------------------] 125/500, 2 failed, 12 s left` */
export function barText({ done, total, failed, elapsedMs }: Stand): string {
  const filled = Math.round((barWidth * done) / total);
  const picture = '#'.repeat(filled).padEnd(barWidth, '-');
  const leftMs = done === 0 ? null : (elapsedMs / done) * (total - done);
  return [
    `rotating [${picture}] ${done}/${total}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(leftMs === null || done === total ? [] : [`${Math.ceil(leftMs / 1000)} s left`]),
  ].join(', ');
}
