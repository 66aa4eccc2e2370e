// @module-tag slow
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import type { TestContextOptions } from '../../harness/context.ts';
import { run, type Outcome } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { loopback } from '../../http/loopback.ts';
import { certificate, fixtures, programFetch } from '../../http/transports.ts';
import { issuedToken, problems, workFolder } from '../support.ts';
import { entryIds, idsIn, leaveEntry, leftIntent } from './entries.ts';

const { listen, close } = loopback();
afterEach(close);

const verified = ['-q', '.verified, .credential.value'];

interface Recovered extends Outcome {
  /** The ids of the entries that are left. */
  readonly left: readonly string[];
}

/** Delivers an entry of a deployment at this endpoint, over the real network. */
async function deliverAt(
  endpoint: string,
  {
    argv = [],
    caFile = null,
    yes = true,
    ...options
  }: TestContextOptions & {
    readonly argv?: readonly string[];
    readonly caFile?: string | null;
    readonly yes?: boolean;
  } = {},
): Promise<Recovered> {
  const stateDirectory = freshStateDirectory();
  const connection = { ...leftIntent.connection, endpoint, caFile };
  await leaveEntry({ stateDirectory }, { connection });
  const command = ['recover', 'deliver', '--id', '4f1c', ...(yes ? ['--yes'] : []), ...verified, ...argv];
  const outcome = await run(command, { fetch: programFetch(), ...options, env: { SACTL_STATE_DIR: stateDirectory } });
  return { ...outcome, left: await idsIn({ stateDirectory }) };
}

async function tlsEndpoint(): Promise<string> {
  const server = createServer(await certificate(), organizations);
  return `https://127.0.0.1:${await listen(server)}`;
}

async function plainEndpoint(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createPlainServer(listener))}`;
}

function organizations(request: IncomingMessage, response: ServerResponse): void {
  const isMeant = request.url === '/api/v1/organizations' && request.headers.authorization === `Bearer ${issuedToken}`;
  response.writeHead(isMeant ? 200 : 500).end('[]');
}

/** Nothing was delivered, because nothing could be said of the credential. */
function untried(why: string): Recovered {
  const at = 'nscale service account ci-deploy (c1f0a2b4-5a5e-4f67-8a0c-0d4a6f1b2001)';
  return {
    code: 8,
    stdout: '',
    stderr: expect.stringContaining(
      `the credential that entry ${entryIds.kept} keeps for ${at} could not be tried: cannot list organizations: ${why}; nothing was delivered`,
    ),
    left: [entryIds.kept],
  };
}

const working = { code: 0, stdout: `true\n${issuedToken}\n`, stderr: '', left: [] };

describe('recover deliver asks the endpoint of the entry, with the credential itself', () => {
  it('without anything of the caller', async () => {
    expect(await deliverAt(await plainEndpoint(organizations))).toEqual(working);
  });

  it('trusting the CA that the request trusted', async () => {
    const caFile = join(fixtures, 'ca.pem');
    expect(await deliverAt(await tlsEndpoint(), { caFile })).toEqual(working);
  });

  it('or that --ca-cert names, against the working directory', async () => {
    const argv = ['--ca-cert', 'ca.pem'];
    const caFile = '/nonexistent/ca.pem';
    expect(await deliverAt(await tlsEndpoint(), { argv, caFile, cwd: fixtures })).toEqual(working);
  });
});

describe('recover deliver refuses a CA file', () => {
  it('that --ca-cert names and nobody can read', async () => {
    const cwd = await workFolder();
    expect(await deliverAt('https://127.0.0.1:1', { argv: ['--ca-cert', 'ca.pem'], cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`flag --ca-cert: cannot read ${join(cwd, 'ca.pem')} (ENOENT)`),
      left: [entryIds.kept],
    });
  });

  it('of the entry that is gone, saying whose it is', async () => {
    const outcome = await deliverAt('https://127.0.0.1:1', { caFile: '/nonexistent/ca.pem' });
    expect(outcome).toMatchObject({ code: 2, stdout: '', left: [entryIds.kept] });
    expect(outcome.stderr).toContain(`entry ${entryIds.kept} of the journal: cannot read /nonexistent/ca.pem (ENOENT)`);
  });
});

describe('recover deliver delivers nothing that could not be tried', () => {
  it('when the endpoint is down', async () => {
    const origin = await plainEndpoint(organizations);
    await close();
    expect(await deliverAt(origin)).toEqual(untried(`nscale at ${origin} refused the connection (ECONNREFUSED)`));
  });

  it('when its certificate is not trusted', async () => {
    const origin = await tlsEndpoint();
    const { code, stdout, stderr, left } = await deliverAt(origin);
    expect({ code, stdout, left }).toEqual({ code: 8, stdout: '', left: [entryIds.kept] });
    expect(stderr).toContain(`could not be tried: cannot list organizations: nscale at ${origin}`);
  });

  it.each([500, 503, 403])('when it answers anything but yes or no: %i', async (status) => {
    const origin = await plainEndpoint((_, response) => response.writeHead(status).end());
    const { code, stdout, stderr, left } = await deliverAt(origin);
    expect({ code, stdout, left }).toEqual({ code: 8, stdout: '', left: [entryIds.kept] });
    expect(stderr).toContain(String(status));
  });

  it('when it does not answer within --timeout', async () => {
    const limits: number[] = [];
    const origin = await plainEndpoint(() => undefined);
    const outcome = await deliverAt(origin, {
      argv: ['--timeout', '3s'],
      timeout: (milliseconds) => {
        limits.push(milliseconds);
        return { signal: AbortSignal.abort(), clear: () => undefined };
      },
    });
    expect(outcome).toEqual(untried(`nscale at ${origin} could not be reached within 3 s`));
    // A third of a lease, after which lock and entry would be renewed.
    expect(new Set(limits)).toEqual(new Set([40_000, 3000]));
  });

  it('to a target either, which keeps what it has', async () => {
    const cwd = await workFolder();
    await writeFile(join(cwd, 'token'), 'live');
    const origin = await plainEndpoint(organizations);
    await close();
    const { code, left } = await deliverAt(origin, { argv: ['--to', 'file:token'], cwd });
    expect({ code, left }).toEqual({ code: 8, left: [entryIds.kept] });
    expect(await readFile(join(cwd, 'token'), 'utf8')).toBe('live');
  });

  it.each([
    ['insists', [true, true], 0],
    ['does not insist', [true, false], 8],
  ] as const)('unless a person at a terminal insists: %s', async (_, answers, code) => {
    const cwd = await workFolder();
    const origin = await plainEndpoint((_request, response) => response.writeHead(503).end());
    const questions: string[] = [];
    function confirm({ message }: { message: string }): Promise<boolean> {
      return Promise.resolve(answers[questions.push(message) - 1] ?? false);
    }
    const outcome = await deliverAt(origin, {
      argv: ['--to', 'file:token'],
      cwd,
      yes: false,
      terminal: 100,
      prompt: { confirm },
    });
    expect({ code: outcome.code, left: outcome.left }).toEqual({ code, left: code === 0 ? [] : [entryIds.kept] });
    expect(questions[1]).toMatch(/^The credential of ci-deploy could not be tried \(.*503.*\); it may be dead/);
    expect(existsSync(join(cwd, 'token'))).toBe(code === 0);
  });
});

describe('recover deliver is given connection flags', () => {
  it.each([
    ['--provider', 'nscale'],
    ['--endpoint', 'https://other.example'],
    ['--org', 'x'],
  ])('in vain, because the entry says it all: %s', async (...argv) => {
    const command = ['recover', 'deliver', '--id', '4f1c', '--yes', ...argv];
    expect(await run(command)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`${argv[0]} does nothing with "sactl recover deliver"`], 'sactl recover deliver --help'),
    });
  });
});
