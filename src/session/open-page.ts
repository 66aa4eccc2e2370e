import type { Context } from '../context.ts';
import { findProgram } from '../programs/find-program.ts';
import { leaveProgram } from '../programs/program.ts';
import type { Session } from './session.ts';

/** Offers to open a page in the person's browser, where one can be had. The sandbox plays its console without one. */
export async function offerPage(session: Session, url: string): Promise<void> {
  const { ctx, isSandbox } = session;
  const [name, ...args] = isSandbox ? [] : opener(ctx);
  const path = name === undefined ? null : await findProgram(name, ctx).catch(() => null);
  if (path === null) return;
  if (await ctx.prompt.confirm({ message: 'Open it in the browser?', default: true })) {
    start(session, [path, ...args, url]);
  }
}

/** The program that opens a page, with its arguments; nothing where there is no screen. */
function opener({ platform, env }: Pick<Context, 'platform' | 'env'>): readonly string[] {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  const hasScreen = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name) => (name ?? '') !== '');
  return hasScreen ? ['xdg-open'] : [];
}

/** It may stay as long as the browser does. That it fails is seen by whoever asked for the page, who has the URL. */
function start({ ctx, targetEnvironment }: Session, [path = '', ...args]: readonly string[]): void {
  const withheld = new Set(targetEnvironment.credentialVariables);
  const env = Object.fromEntries(Object.entries(ctx.env).filter(([name]) => !withheld.has(name)));
  leaveProgram({ path, args, cwd: ctx.cwd, env });
}
