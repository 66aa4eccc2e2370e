import type { Answer, Call, Program } from './tools.ts';

// What gh, glab, az and vault do with what they are given, as far as sactl's targets use them: see src/delivery/targets/programs.

/** Where credentials go, by names such as `gh acme/app#CI_DEPLOY_TOKEN`. */
export interface Places {
  readonly kept: Map<string, string>;
  /** Whether they can be read, and not be written. */
  refuses: boolean;
  /** What a program waits for before it writes to a place. */
  gate: (place: string) => Promise<void>;
}

export interface Tokens {
  readonly gh: string;
  readonly glab: string;
  /** What the task that runs az has put into the folder of its settings. */
  readonly az: string;
  readonly vault: string;
}

export function standIns(places: Places, tokens: Tokens): Readonly<Record<string, Program>> {
  return {
    gh: (call) => (call.env['GH_TOKEN'] === tokens.gh ? gh(places, call) : signedOut('gh')),
    glab: (call) => (call.env['GITLAB_TOKEN'] === tokens.glab ? glab(places, call) : signedOut('glab')),
    az: (call) => (call.env['AZURE_CONFIG_DIR'] === tokens.az ? az(places, call) : signedOut('az')),
    vault: (call) => (call.env['VAULT_TOKEN'] === tokens.vault ? vault(places, call) : signedOut('vault')),
  };
}

type Reply = ReturnType<Program>;

function signedOut(program: string): Answer {
  return { code: 1, stderr: `${program}: you are not signed in\n` };
}

async function keep({ kept, refuses, gate }: Places, place: string, value: string): Promise<Answer> {
  await gate(place);
  if (refuses) return { code: 1, stderr: 'HTTP 403: this may not be written\n' };
  kept.set(place, value);
  return {};
}

/** The value that follows a flag. */
function flag(argv: readonly string[], name: string): string {
  return argv[argv.indexOf(name) + 1] ?? '';
}

function gh(places: Places, { argv, input }: Call): Reply {
  if (argv[0] !== 'secret') return {};
  const environment = argv.includes('--env') ? `@${flag(argv, '--env')}` : '';
  return keep(places, `gh ${flag(argv, '--repo')}${environment}#${argv[2] ?? ''}`, input);
}

/** Variables can be changed, and not be made. */
function glab(places: Places, { argv, input }: Call): Reply {
  if (argv[0] === 'auth') return {};
  const path = argv.find((word) => /^(?:projects|groups|personal_access_tokens)\//.test(word)) ?? '';
  if (path === 'personal_access_tokens/self') return { stdout: '{"scopes":["api"]}' };
  const [, project = '', key = ''] = /^projects\/([^/]+)\/variables\/(\w+)$/.exec(path) ?? [];
  const place = `glab ${decodeURIComponent(project)}#${key}`;
  if (!places.kept.has(place)) return { code: 1, stderr: 'glab: 404 Variable Not Found (HTTP 404)\n' };
  if (!argv.includes('PUT')) return { stdout: '{}' };
  return keep(places, place, (JSON.parse(input) as { value: string }).value);
}

function az(places: Places, { argv, input }: Call): Reply {
  const place = `az ${flag(argv, '--vault-name')}/${flag(argv, '--name')}`;
  if (argv[2] === 'set') return keep(places, place, input);
  if (argv[2] !== 'show') return {};
  return places.kept.has(place) ? { stdout: '{}' } : { code: 3, stderr: 'ERROR: (SecretNotFound) it is not there\n' };
}

/** A store of version 2 at `secret/`. */
function vault(places: Places, { argv, input }: Call): Reply {
  if (argv[0] === 'read') return { stdout: '{"data":{"path":"secret/","options":{"version":"2"}}}' };
  if (argv[1] === 'capabilities') return { stdout: '["create","patch","update"]' };
  if (argv[0] !== 'kv' || argv[1] === 'metadata') return {};
  const [path = '', field = ''] = argv.slice(-2);
  const place = `vault ${path}#${field.replace('=-', '')}`;
  if (argv[1] === 'patch' && !places.kept.has(place)) return { code: 2, stderr: 'Code: 404. Errors:\n\n' };
  return keep(places, place, input);
}
