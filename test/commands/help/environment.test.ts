import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { environmentParts } from '../../../src/commands/help/environment.ts';

const source = fileURLToPath(new URL('../../../src', import.meta.url));

/** What is read and not in the help, with the reason. */
const unexplained: Readonly<Record<string, string>> = {
  JQ_PATH: 'is explained with SACTL_JQ',
  HTTP_PROXY: 'is not used, which doctor says',
  NODE_TLS_REJECT_UNAUTHORIZED: 'is refused',
  LOCALAPPDATA: 'is where Windows has what XDG_STATE_HOME names',
  NODE_OPTIONS: 'is for every program of Node',
  TERM: 'is for every terminal',
  DISPLAY: 'only says whether there is a browser',
  WAYLAND_DISPLAY: 'only says whether there is a browser',
  USER: 'only stands in the audit log',
  LOGNAME: 'only stands in the audit log',
  USERNAME: 'only stands in the audit log',
};

const explained = new Set(
  environmentParts()
    .flatMap(({ rows }) => Object.keys(rows))
    .flatMap((names) => names.split(', '))
    .map((name) => name.replace(/=.*/, '')),
);

/** Names of variables in the program's text: what is read from `env`, and constants in files that read it. */
function namesIn(path: string): string[] {
  const text = readFileSync(join(source, path), 'utf8');
  const read = [...text.matchAll(/\benv\??(?:\.|\[')(?!ts\b)([A-Za-z_]{2,})/g)].map(([, name = '']) =>
    name.toUpperCase(),
  );
  const constants = /\benv\b/.test(text)
    ? [...text.matchAll(/'((?!ERR_)[A-Z]+(?:_[A-Z]+)+|CI|LOCALAPPDATA|USER|LOGNAME|USERNAME)'/g)].map(
        ([, name = '']) => name,
      )
    : [];
  return [...read, ...constants];
}

it('explains every variable that the program reads, or this test says why not', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const names = new Set(files.flatMap(namesIn));
  expect(names).toContain('SACTL_PROFILE');
  expect([...names].filter((name) => !explained.has(name) && unexplained[name] === undefined)).toEqual([]);
  expect(Object.keys(unexplained).filter((name) => explained.has(name) || !names.has(name))).toEqual([]);
});

it('has the variables of every provider', () => {
  expect([...explained]).toEqual(
    expect.arrayContaining(['NSCALE_SERVICE_TOKEN', 'RUNAI_BASE_URL', 'RUNAI_CLIENT_ID', 'AUGMENT_SESSION_AUTH']),
  );
});
