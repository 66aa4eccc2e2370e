// `release.js check <tag>` says all that keeps a tag from being released; `release.js notes <tag>` prints what is new in it.
import { readFileSync } from 'node:fs';

const [command, tag = ''] = process.argv.slice(2);
const version = tag.replace(/^v/, '');

/** @param {string} path */
function json(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The part of the changelog below a heading. @param {string} heading @returns {string | null} null where there is none */
function section(heading) {
  const [, ...sections] = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m);
  const found = sections.find((text) => text.startsWith(heading));
  return found === undefined ? null : found.slice(found.indexOf('\n')).trim();
}

/** @returns {string[]} */
function problems() {
  const manifest = json('package.json');
  const notes = section(`[${version}] - `);
  const repository = process.env['GITHUB_REPOSITORY'];
  const address = `git+https://github.com/${repository}.git`;
  return [
    ...(manifest.version === version && tag === `v${version}`
      ? []
      : [`package.json has version ${manifest.version}: its tag is v${manifest.version}`]),
    ...(json('package-lock.json').version === manifest.version
      ? []
      : ['package-lock.json has another version than package.json: npm install corrects it']),
    ...(notes ? [] : [`CHANGELOG.md says nothing of it below "## [${version}] - <date>"`]),
    ...(section('[Unreleased]') ? ['CHANGELOG.md has changes that are not in any release'] : []),
    ...(repository === undefined || manifest.repository?.url === address
      ? []
      : [`package.json needs "repository": {"type": "git", "url": "${address}"} for provenance`]),
  ];
}

if (command === 'notes') {
  process.stdout.write(`${section(`[${version}] - `) ?? ''}\n`);
} else if (command === 'check') {
  const found = problems();
  for (const problem of found) process.stderr.write(`${tag}: ${problem}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
} else {
  process.stderr.write('usage: node scripts/release.js check|notes <tag>\n');
  process.exitCode = 2;
}
