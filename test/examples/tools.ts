import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { onTestFailed, onTestFinished } from 'vitest';

import { serve } from '../../src/sandbox/server.ts';
import { workFolder } from '../commands/support.ts';

// Stand-ins for the programs that targets go through. What each does is a function of the test, which a script asks for it.

/** One call of a program, as it saw it. */
export interface Call {
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
}

/** What it answers; an answer without a code is a success. */
export interface Answer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

export type Program = (call: Call) => Answer | Promise<Answer>;

export interface Tools {
  /** A folder for PATH. */
  readonly bin: string;
  /** Every call so far, in order. */
  readonly calls: readonly Call[];
}

/** They close when the test ends. */
export async function openTools(programs: Readonly<Record<string, Program>>): Promise<Tools> {
  const calls: Call[] = [];
  const underWay = new Set<Call>();
  const server = await serve(
    {
      fetch: async (request) => {
        const call = (await request.json()) as Call;
        calls.push(call);
        underWay.add(call);
        const answer = await programs[call.program]?.(call);
        underWay.delete(call);
        return Response.json(answer ?? { code: 127 });
      },
    },
    { port: 0 },
  );
  onTestFinished(() => server.close());
  onTestFailed(() => {
    const shown = calls.map((call) => [...(underWay.has(call) ? ['no answer yet:'] : []), call.program, ...call.argv]);
    console.error(shown.map((words) => words.join(' ')).join('\n'));
  });
  const bin = await workFolder();
  for (const name of Object.keys(programs)) {
    await writeFile(join(bin, name), script(name, server.url));
    await chmod(join(bin, name), 0o755);
  }
  return { bin, calls };
}

/** Opens its input by a path where its arguments do: what is no pipe cannot be opened so. Loads no more of Node than it has to. */
function script(program: string, url: string): string {
  return `#!${process.execPath}
const argv = process.argv.slice(2);
const byPath = argv.some((word) => word.endsWith('/dev/stdin'));
const input = require('node:fs').readFileSync(byPath ? '/dev/stdin' : 0, 'utf8');
const request = require('node:http').request('${url}', { method: 'POST' }, async (answer) => {
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part;
  const { code = 0, stdout = '', stderr = '' } = JSON.parse(text);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
});
request.end(JSON.stringify({ program: '${program}', argv, env: process.env, input }));
`;
}
