// Sets a CI/CD variable of this GitLab project to what it reads from standard input; all else of the variable stays.
//   node set-variable.mjs NSCALE_SERVICE_TOKEN
//   node set-variable.mjs --check NSCALE_SERVICE_TOKEN    only says whether the variable is there and may be changed
import { text } from 'node:stream/consumers';

const { CI_API_V4_URL, CI_PROJECT_ID, SACTL_GITLAB_TOKEN } = process.env;
const name = process.argv.at(-1);
const isCheck = process.argv.includes('--check');

if (!CI_API_V4_URL || !CI_PROJECT_ID || !SACTL_GITLAB_TOKEN || !/^\w+$/.test(name)) {
  console.error('needs the name of a variable, and CI_API_V4_URL, CI_PROJECT_ID and SACTL_GITLAB_TOKEN');
  process.exit(2);
}

const url = `${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/variables/${name}`;
const headers = { 'private-token': SACTL_GITLAB_TOKEN, 'content-type': 'application/json' };
const change = isCheck ? {} : { method: 'PUT', body: JSON.stringify({ value: await text(process.stdin) }) };
const answer = await fetch(url, { ...change, headers, redirect: 'error' });

// The body would show the value.
if (!answer.ok) {
  console.error(`GitLab answered HTTP ${answer.status} for the variable ${name}`);
  process.exit(1);
}
