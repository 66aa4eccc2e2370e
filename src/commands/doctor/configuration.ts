import type { ConfigurationReading } from '../../config/configuration.ts';
import { tildePath } from '../../config/directories.ts';
import type { Ignored } from '../../config/setting.ts';
import { locateUserFile } from '../../config/user-file.ts';
import type { Context } from '../../context.ts';
import { failure, ok, warning, type Result } from './diagnosis.ts';

/** Which files are read, what is wrong with them and with the environment, and what is not used. */
export function examineConfiguration(
  ctx: Context,
  { configuration, problems, hint, unusable }: ConfigurationReading,
): readonly Result[] {
  const { files, ignored } = configuration;
  const read = [files.user, files.project].filter((path) => path !== null);
  const beaten = ignored.filter((item) => !unusable.includes(item));
  return [
    ...(files.user === null && problems.length === 0 ? [noUserFile(ctx)] : []),
    ...read
      .filter((path) => !problems.some((problem) => problem.startsWith(`${path}:`)))
      .map((path) => ok('config', `${tildePath(path, ctx.homeDirectory)} is read`)),
    ...problems.map((problem) => failure('config', problem, hint ?? stopped)),
    ...unusable.map((item) => warning('config', unused(item))),
    ...beaten.map((item) => ok('config', unused(item))),
  ];
}

const stopped = 'other commands stop at this';

function noUserFile(ctx: Context): Result {
  const { path } = locateUserFile(ctx);
  const shown = tildePath(path, ctx.homeDirectory);
  return ok('config', `no configuration file of yours is read; it would be ${shown}`);
}

function unused({ what, why }: Ignored): string {
  return `not used: ${what}, because ${why}`;
}
