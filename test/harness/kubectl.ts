import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What goes wrong with one call on purpose: it is done or not, and says nothing of it. */
export type KubectlFault = 'lost-before' | 'lost-after' | 'unreachable';

export interface KubectlOptions {
  readonly namespace?: string;
  readonly fault?: (call: string) => KubectlFault | null;
}

interface Secret {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** A `kubectl` for PATH, and the API server behind it, in memory, which compares `resourceVersion` as the real one does. */
export interface Kubectl {
  /** The only folder of PATH that is needed. */
  readonly bin: string;
  /** The arguments of every call, in order. */
  readonly calls: readonly (readonly string[])[];
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly close: () => Promise<void>;
}

type Answer = { readonly code: number; readonly text: string };

/** Needs bash, which opens a connection without another program. */
export async function startKubectl({ namespace = 'ops', fault = () => null }: KubectlOptions = {}): Promise<Kubectl> {
  const secrets = new Map<string, Secret>();
  const calls: string[][] = [];
  let version = 0;

  function stored(secret: Secret): Answer {
    const kept = { ...secret, metadata: { ...secret.metadata, resourceVersion: String((version += 1)) } };
    secrets.set(secret.metadata.name, kept);
    return { code: 0, text: JSON.stringify(kept) };
  }

  function create(named: string, body: string, isTrial: boolean): Answer {
    const secret = JSON.parse(body) as Secret;
    const { name } = secret.metadata;
    if (named !== namespace) return refused('NotFound', `namespaces "${named}" not found`);
    if (isTrial) return { code: 0, text: body };
    return secrets.has(name) ? refused('AlreadyExists', `secrets "${name}" already exists`) : stored(secret);
  }

  function serve(verb: string, target: string, body: string): Answer {
    const { pathname, searchParams } = new URL(target, 'https://api.test');
    const [, named = '', name = ''] = /^\/api\/v1\/namespaces\/([^/]+)\/secrets(?:\/(.+))?$/.exec(pathname) ?? [];
    if (verb === 'create') return create(named, body, searchParams.get('dryRun') === 'All');
    if (verb === 'get' && name === '') return list(searchParams);
    const found = secrets.get(name);
    if (found === undefined || named !== namespace) return refused('NotFound', `secrets "${name}" not found`);
    if (verb === 'get') return { code: 0, text: JSON.stringify(found) };
    if (verb === 'replace') {
      const secret = JSON.parse(body) as Secret;
      const isSame = secret.metadata.resourceVersion === found.metadata.resourceVersion;
      return isSame ? stored(secret) : refused('Conflict', 'the object has been modified');
    }
    const { preconditions } = JSON.parse(body) as { preconditions: { resourceVersion: string } };
    if (preconditions.resourceVersion !== found.metadata.resourceVersion)
      return refused('Conflict', 'the precondition');
    secrets.delete(name);
    return { code: 0, text: '{"kind":"Status","status":"Success"}' };
  }

  function list(query: URLSearchParams): Answer {
    const wanted = (query.get('labelSelector') ?? '').split(',').map((part) => part.split('='));
    const from = query.get('continue') ?? '';
    const limit = Number(query.get('limit'));
    const all = [...secrets.values()]
      .filter(({ metadata }) => wanted.every(([key = '', value]) => metadata.labels?.[key] === value))
      .filter(({ metadata }) => metadata.name > from)
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const items = all.slice(0, limit);
    const next = { continue: items.length < all.length ? items.at(-1)?.metadata.name : '' };
    return { code: 0, text: JSON.stringify({ kind: 'SecretList', metadata: next, items }) };
  }

  function answer(line: string, body: string): Answer {
    const args = line.split('\u001F');
    calls.push(args);
    const [verb = '', , target = ''] = args.filter((word) => !word.startsWith('--context='));
    const wrong = fault(`${verb} ${target}`);
    if (wrong === 'unreachable') return { code: 1, text: 'Unable to connect to the server: dial tcp: no such host' };
    const done = wrong === 'lost-before' ? null : serve(verb, target, body);
    return wrong === null && done !== null
      ? done
      : { code: 1, text: 'Unable to connect to the server: unexpected EOF' };
  }

  const server = createServer((socket) => talk(socket, answer));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  const bin = mkdtempSync(join(tmpdir(), 'sactl-kubectl-'));
  writeFileSync(join(bin, 'kubectl'), script(address.port));
  chmodSync(join(bin, 'kubectl'), 0o755);
  return {
    bin,
    calls,
    secrets,
    close: async () => {
      rmSync(bin, { recursive: true, force: true });
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refused(reason: string, message: string): Answer {
  return { code: 1, text: `Error from server (${reason}): ${message}` };
}

/** One call: its arguments, a line break, its input, a NUL; the answer is its exit code, a line break, what it says. */
function talk(socket: Socket, answer: (line: string, body: string) => Answer): void {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunk.at(-1) !== 0) return;
    const [line = '', ...rest] = Buffer.concat(chunks).toString().slice(0, -1).split('\n');
    const { code, text } = answer(line, rest.join('\n'));
    socket.end(`${String(code)}\n${text}`);
  });
  socket.on('error', () => undefined);
}

function script(port: number): string {
  return String.raw`#!/bin/bash
IFS=$'\x1f'
line="$*"
IFS= read -r -d '' body
exec 3<>/dev/tcp/127.0.0.1/${String(port)}
printf '%s\n%s\0' "$line" "$body" >&3
IFS= read -r code <&3
IFS= read -r -d '' said <&3
if [ "$code" = 0 ]; then printf '%s' "$said"; else printf '%s\n' "$said" >&2; fi
exit "$code"
`;
}
