import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { copyContext } from './context.ts';
import { readDockerfile, type Instruction, type Stage } from './dockerfile.ts';
import type { Ended, Image } from './checks.ts';

// Builds an image without a builder: each stage is a folder, and every absolute path of the Dockerfile is one in it. The
// base images are stand-ins, which have this machine's Node. That the real ones work is for test/engines/image.test.ts.

const run = promisify(execFile);

/** A stage that was built, as a folder. */
interface Built {
  readonly root: string;
  readonly env: Map<string, string>;
  workdir: string;
  user: string;
  entrypoint: readonly string[];
}

export interface BuildOptions {
  /** The folder with the Dockerfile. */
  readonly context: string;
  readonly target?: string;
  /** Other texts in place of those files. */
  readonly dockerfile?: string;
  readonly ignore?: string;
}

export interface RerootedImage extends Image {
  /** Where the image's files are. */
  readonly root: string;
  readonly user: string;
  readonly close: () => Promise<void>;
}

/** @throws Error where a step fails */
export async function buildRerooted({ context, target, dockerfile, ignore }: BuildOptions): Promise<RerootedImage> {
  const text = dockerfile ?? (await readFile(join(context, 'Dockerfile'), 'utf8'));
  const rules = ignore ?? (await readFile(join(context, '.dockerignore'), 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'sactl-image-'));
  // Another user looks for the program in it.
  await chmod(folder, 0o755);
  try {
    const sent = join(folder, 'context');
    await mkdir(sent);
    await copyContext(context, rules, sent);
    const stages = readDockerfile(text);
    const built = new Map<string, Built>();
    for (const stage of needed(stages, target ?? stages.at(-1)?.name ?? '')) {
      built.set(stage.name, await buildStage(stage, { folder, sent, built }));
    }
    return await asImage([...built.values()].at(-1), folder);
  } catch (error) {
    await remove(folder);
    throw error;
  }
}

/** The stages that a target is made of, in their order. */
function needed(stages: readonly Stage[], target: string): readonly Stage[] {
  const wanted = new Set([target]);
  for (const { name, base, instructions } of stages.toReversed()) {
    if (!wanted.has(name)) continue;
    for (const other of [base, ...instructions.flatMap(({ flags }) => flags['from'] ?? [])]) wanted.add(other);
  }
  return stages.filter(({ name }) => wanted.has(name));
}

interface Site {
  readonly folder: string;
  /** What is left of the context. */
  readonly sent: string;
  readonly built: ReadonlyMap<string, Built>;
}

async function buildStage({ name, base, instructions }: Stage, site: Site): Promise<Built> {
  const root = join(site.folder, 'stages', name);
  await mkdir(root, { recursive: true });
  const from = site.built.get(base);
  if (from === undefined) await fillBase(base, root);
  else await copyInto(`${from.root}/.`, root);
  const stage: Built = from
    ? { ...from, root, env: new Map(from.env) }
    : { root, env: new Map([['PATH', '/usr/local/bin:/usr/bin:/bin']]), workdir: '/', user: '0', entrypoint: [] };
  for (const instruction of instructions) await obey(stage, instruction, site);
  return stage;
}

/** What the Dockerfile relies on in the images that it begins with: https://github.com/nodejs/docker-node */
async function fillBase(image: string, root: string): Promise<void> {
  if (image === 'scratch') return;
  if (image.includes('/kubectl:')) return writeTree(root, { 'bin/kubectl': '#!/bin/sh\necho kubectl stand-in\n' });
  if (!image.startsWith('node:')) throw new Error(`there is no stand-in for ${image}`);
  const npm = process.env['npm_execpath'] ?? (await run('which', ['npm'])).stdout.trim();
  await writeTree(root, {
    'usr/local/bin/npm': `#!/bin/sh\nexec node '${npm}' "$@"\n`,
    'usr/local/lib/node_modules/npm/package.json': '{}',
    'opt/yarn-v1/package.json': '{}',
  });
  for (const path of ['bin/sh', 'usr/bin/env']) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await symlink(`/${path}`, join(root, path));
  }
  await copyInto(process.execPath, join(root, 'usr/local/bin/node'));
}

async function writeTree(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o755 });
  }
}

async function copyInto(from: string, to: string): Promise<void> {
  await run('cp', ['-RPp', from, to]);
}

async function obey(stage: Built, { keyword, flags, text }: Instruction, site: Site): Promise<void> {
  switch (keyword) {
    case 'COPY':
      return copy(stage, { flags, words: text.split(' ') }, site);
    case 'RUN':
      return runStep(stage, text);
    case 'ENV':
      for (const [, name = '', value = ''] of text.matchAll(/(\w+)=(\S+)/g)) stage.env.set(name, value);
      return undefined;
    case 'WORKDIR':
      stage.workdir = resolve(stage.workdir, text);
      await mkdir(join(stage.root, stage.workdir), { recursive: true });
      return undefined;
    case 'USER':
      stage.user = text;
      return undefined;
    case 'ENTRYPOINT':
      stage.entrypoint = JSON.parse(text) as string[];
      return undefined;
    default:
      // LABEL: says something of the image, and does nothing.
      return undefined;
  }
}

interface Copying {
  readonly flags: Readonly<Record<string, string>>;
  /** What is copied, and then where to. */
  readonly words: readonly string[];
}

/** What is in a folder is copied, and not the folder; a name is that of a folder where `/` ends it or it is one. */
async function copy({ root, workdir }: Built, { flags: { from, ...others }, words }: Copying, site: Site) {
  if (Object.keys(others).length > 0) throw new Error(`COPY --${Object.keys(others).join(' --')} is not understood`);
  const source = from === undefined ? site.sent : site.built.get(from)?.root;
  if (source === undefined) throw new Error(`COPY --from=${String(from)}: there is no such stage`);
  const last = words.at(-1) ?? '';
  const to = join(root, resolve(workdir, last));
  for (const path of words.slice(0, -1)) {
    const given = join(source, path);
    const isFolder = (await stat(given)).isDirectory();
    const intoFolder = isFolder || last.endsWith('/') || (await isFolderAt(to));
    await mkdir(intoFolder ? to : join(to, '..'), { recursive: true });
    await copyInto(isFolder ? `${given}/.` : given, !isFolder && intoFolder ? join(to, basename(path)) : to);
  }
}

async function isFolderAt(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/** The commands are this machine's, and the network is npm's cache, where it has what is wanted. */
async function runStep({ root, workdir, env }: Built, script: string): Promise<void> {
  if (/(?:^|[\s'"=:])\//.test(script)) throw new Error(`an absolute path would be one of this machine: ${script}`);
  const { npm_config_registry: registry, npm_config_cache: cache } = process.env;
  const npm = {
    npm_config_prefer_offline: 'true',
    ...(registry !== undefined && { npm_config_registry: registry }),
    ...(cache !== undefined && { npm_config_cache: cache }),
  };
  const own = rerooted(env, root);
  const options = {
    cwd: join(root, workdir),
    env: { ...own, ...npm, PATH: `${own['PATH'] ?? ''}:/usr/bin:/bin`, HOME: homedir() },
  };
  await run('/bin/sh', ['-c', script], options);
}

/** Variables whose paths are those in the folder. */
function rerooted(env: ReadonlyMap<string, string>, root: string): Record<string, string> {
  const entries = [...env].map(([name, value]) => [name, value.replaceAll(/(^|:)(?=\/)/g, `$1${root}`)] as const);
  return Object.fromEntries(entries);
}

/** What a container mounts; the rest can be written by nobody. */
const mounts = ['tmp', 'var/lib/sactl', 'work'];

async function asImage(stage: Built | undefined, folder: string): Promise<RerootedImage> {
  if (stage === undefined) throw new Error('there is no such stage');
  const { root, user } = stage;
  // A volume that is new gets the mode of the image's own folder; the others come with that of whoever made them.
  for (const name of ['tmp', 'work']) {
    await mkdir(join(root, name), { recursive: true });
    await chmod(join(root, name), 0o1777);
  }
  const modes = await Promise.all(mounts.map(async (name) => (await stat(join(root, name))).mode));
  await run('chmod', ['-R', 'a-w', root]);
  for (const [index, name] of mounts.entries()) await chmod(join(root, name), modes[index] ?? 0);
  return {
    root,
    user,
    work: join(root, 'work'),
    run: (argv) => start(stage, argv),
    files: async () => (await readdir(root, { recursive: true })).filter((path) => !isMounted(path)).toSorted(),
    close: () => remove(folder),
  };
}

function isMounted(path: string): boolean {
  return mounts.some((name) => path.startsWith(`${name}/`));
}

async function remove(folder: string): Promise<void> {
  await run('chmod', ['-R', 'u+w', folder]);
  await rm(folder, { recursive: true, force: true });
}

/** Runs the entry point as the image's user where this process may choose, with the home that a user without one has. */
async function start(stage: Built, argv: readonly string[]): Promise<Ended> {
  const { root, env, workdir, user, entrypoint } = stage;
  const [name = '', ...first] = entrypoint;
  const own = rerooted(env, root);
  const found = await Promise.all(
    (own['PATH'] ?? '')
      .split(':')
      .map(async (folder) => ((await isFile(join(folder, name))) ? join(folder, name) : null)),
  );
  const program = found.find((path) => path !== null) ?? join(root, name);
  const interpreter = /^#!(\S+)/.exec((await readFile(program, 'utf8').catch(() => '')).slice(0, 100))?.[1];
  if (interpreter !== undefined && !(await isFile(join(root, interpreter)))) {
    return { code: 127, stdout: '', stderr: `${interpreter} is not in the image` };
  }
  const [uid, gid] = user.split(':').map(Number);
  return new Promise((ended) => {
    const options = {
      cwd: join(root, workdir),
      env: { ...own, HOME: root, TMPDIR: join(root, 'tmp') },
      ...(process.getuid?.() === 0 && { uid, gid }),
    };
    execFile(program, [...first, ...argv], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      ended({ code, stdout, stderr });
    });
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}
