import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Ended, Image } from '../examples/image/checks.ts';
import { findEngine } from './engine.ts';

/** A program that builds images and runs them. */
export interface Builder {
  readonly name: string;
  readonly build: (context: string) => BuiltImage;
}

export interface BuiltImage extends Image {
  readonly close: () => void;
}

/** Whoever uses another base image, e.g. of a mirror, says so: `NODE=mirror.example.com/node:24`. */
const buildArgs = (process.env['SACTL_TEST_BUILD_ARGS'] ?? '').split(' ').filter((word) => word !== '');

/**
 * The first of the builders here that answers and can get these images, and why the others do not count. Getting them is
 * part of it: a builder without a network builds nothing.
 */
export function findBuilder(images: readonly string[]): { readonly builder: Builder | null; readonly why: string } {
  const reasons: string[] = [];
  for (const name of ['docker', 'podman', 'buildah']) {
    const path = findEngine(name);
    const problem = path === null ? 'is not here' : problemOf(path, buildArgs.length > 0 ? [] : images);
    if (path !== null && problem === null) return { builder: { name, build: buildBy(name, path) }, why: '' };
    reasons.push(`${name} ${String(problem)}`);
  }
  return { builder: null, why: reasons.join('; ') };
}

function problemOf(path: string, images: readonly string[]): string | null {
  for (const argv of [['info'], ...images.map((image) => ['pull', image])]) {
    try {
      execFileSync(path, argv, { stdio: 'ignore', timeout: 120_000 });
    } catch {
      return argv[1] === undefined ? 'has nobody who builds for it' : `cannot get ${argv[1]}`;
    }
  }
  return null;
}

function buildBy(name: string, path: string): Builder['build'] {
  return (context) => {
    const tag = `sactl-test-${String(process.pid)}`;
    const work = mkdtempSync(join(tmpdir(), 'sactl-work-'));
    const state = mkdtempSync(join(tmpdir(), 'sactl-state-'));
    // As a volume that a builder makes: whoever the image runs as writes to it.
    for (const folder of [work, state]) chmodSync(folder, 0o1777);
    const volumes = ['--volume', `${work}:/work`, '--volume', `${state}:/var/lib/sactl`];
    const args = buildArgs.flatMap((pair) => ['--build-arg', pair]);
    execFileSync(path, ['build', '--tag', tag, ...args, context], { stdio: 'pipe' });
    const how =
      name === 'buildah'
        ? buildahRun(path, tag, volumes)
        : ['run', '--rm', '--read-only', '--network=none', '--tmpfs', '/tmp', ...volumes, tag];
    return {
      work,
      run: (argv) => ended(path, [...how, ...argv]),
      // What is read-only cannot be written: the builder sees to it.
      files: () => Promise.resolve([]),
      close: () => {
        execFileSync(path, ['rmi', '--force', tag], { stdio: 'pipe' });
        for (const folder of [work, state]) rmSync(folder, { recursive: true, force: true });
      },
    };
  };
}

/** buildah runs no entry point, and takes a container that was made before. */
function buildahRun(path: string, tag: string, volumes: readonly string[]): readonly string[] {
  const container = execFileSync(path, ['from', tag], { encoding: 'utf8' }).trim();
  return ['run', ...volumes, container, '--', 'sactl'];
}

function ended(path: string, argv: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(path, argv, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
