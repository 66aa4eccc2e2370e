// @module-tag slow
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { expect, it, onTestFinished } from 'vitest';

const script = resolve(import.meta.dirname, '../../scripts/release.js');

interface Project {
  readonly manifest?: object;
  readonly locked?: string;
  readonly changelog?: string;
}

const ready = {
  manifest: { version: '1.2.0', repository: { type: 'git', url: 'git+https://github.com/acme/sactl.git' } },
  locked: '1.2.0',
  changelog: `# Changelog

## [Unreleased]

## [1.2.0] - 2026-12-01

### Added

- What is new.

## [1.1.0] - 2026-11-01

- What is old.
`,
};

/** Runs the script on a project, as the workflow does. */
async function release(command: string, tag: string, project: Project = {}) {
  const { manifest, locked, changelog } = { ...ready, ...project };
  const cwd = await mkdtemp(join(tmpdir(), 'sactl-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await writeFile(join(cwd, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(cwd, 'package-lock.json'), JSON.stringify({ version: locked }));
  await writeFile(join(cwd, 'CHANGELOG.md'), changelog);
  const env = { PATH: process.env['PATH'], GITHUB_REPOSITORY: 'acme/sactl' };
  return promisify(execFile)(process.execPath, [script, command, tag], { cwd, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

it('lets a tag pass that package, lock file and changelog agree on', async () => {
  expect(await release('check', 'v1.2.0')).toEqual({ code: 0, stdout: '', stderr: '' });
});

it.each<[string, string, Project, string]>([
  [
    'another version',
    'v1.3.0',
    { changelog: ready.changelog.replace('[1.2.0]', '[1.3.0]') },
    'package.json has version 1.2.0: its tag is v1.2.0',
  ],
  ['no v', '1.2.0', {}, 'package.json has version 1.2.0: its tag is v1.2.0'],
  [
    'a lock file of another version',
    'v1.2.0',
    { locked: '1.1.0' },
    'package-lock.json has another version than package.json: npm install corrects it',
  ],
  [
    'no date in the changelog',
    'v1.2.0',
    { changelog: ready.changelog.replace(' - 2026-12-01', '') },
    'CHANGELOG.md says nothing of it below "## [1.2.0] - <date>"',
  ],
  [
    'changes left over',
    'v1.2.0',
    { changelog: ready.changelog.replace('[Unreleased]\n', '[Unreleased]\n\n- Forgotten.\n') },
    'CHANGELOG.md has changes that are not in any release',
  ],
  [
    'no repository',
    'v1.2.0',
    { manifest: { version: '1.2.0' } },
    'package.json needs "repository": {"type": "git", "url": "git+https://github.com/acme/sactl.git"} for provenance',
  ],
])('stops a tag with %s', async (_, tag, project, problem) => {
  const stderr = `${tag}: ${problem}\n`;
  expect(await release('check', tag, project)).toEqual({ code: 1, stdout: '', stderr });
});

it('prints what is new in a version, for the release', async () => {
  const stdout = '### Added\n\n- What is new.\n';
  expect(await release('notes', 'v1.2.0')).toEqual({ code: 0, stdout, stderr: '' });
});
