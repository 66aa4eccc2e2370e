import type { ChildProcess } from 'node:child_process';
import { kill } from 'node:process';

/** Kills a program when `stop` is aborted, with all the processes of the group that it leads; on Windows, it alone. */
export function killWhen(stop: AbortSignal, child: ChildProcess, platform: NodeJS.Platform): void {
  function onStop(): void {
    killGroup(child, platform);
  }
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  child.once('exit', () => stop.removeEventListener('abort', onStop));
}

function killGroup(child: ChildProcess, platform: NodeJS.Platform): void {
  if (child.pid === undefined) return;
  if (platform === 'win32') {
    child.kill('SIGKILL');
    return;
  }
  try {
    kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
