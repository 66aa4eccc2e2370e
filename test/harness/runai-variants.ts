import type { Emulator, EmulatorOptions } from '../../src/sandbox/emulator.ts';
import { createRunaiEmulator } from '../../src/sandbox/runai/app.ts';
import type { RunaiState } from '../../src/sandbox/runai/state.ts';

/** The versions that differ in what accounts need; others behave like the one before. */
export type ControlPlane = '3.0' | '2.24' | '2.23' | '2.20';

/** What an access token says of itself; times in seconds since the epoch (docs/contracts/runai.md 2). */
export interface TokenClaims {
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly tenant_id: number;
  readonly clientId: string;
}

/** Run:ai in another version, or with what its specification leaves open; without options it is the sandbox's. */
export interface RunaiVariant extends EmulatorOptions<RunaiState> {
  /** Default `2.24`. */
  readonly controlPlane?: ControlPlane;
  /**
   * What a path that does not exist answers: `404` JSON, the default, or `html` the UI's page with status 200
   * (docs/contracts/runai.md 15).
   */
  readonly unknownPath?: 'html' | '404';
  /** Whether the reply to a create has the optional `clientId` (docs/contracts/runai.md 3). Default true. */
  readonly createReplyClientId?: boolean;
  /** Whether the reply to a regenerate has the optional secret (docs/contracts/runai.md 3). Default true. */
  readonly regenerateReplySecret?: boolean;
  /** Access tokens as clients see them, each in the place of one of the emulator's. Default: the emulator's. */
  readonly newToken?: (claims: TokenClaims, token: string) => string;
}

const before224 = /^\/api\/(?:v2\/token|v1\/service-accounts.*|v2\/authorization\/roles)$/;

/** The paths that a version does not have (docs/contracts/runai.md 1). */
const absent: Readonly<Record<ControlPlane, RegExp | null>> = {
  '2.20': before224,
  '2.23': before224,
  '2.24': null,
  '3.0': /^\/api\/v1\/(?:apps.*|authorization\/roles)$/,
};

export function createRunaiVariant({ newToken, ...options }: RunaiVariant): Emulator {
  const { controlPlane = '2.24', unknownPath, createReplyClientId = true, regenerateReplySecret = true } = options;
  const isOld = controlPlane === '2.20' || controlPlane === '2.23';
  const emulator = createRunaiEmulator(options);
  const tokens = newToken === undefined ? emulator : withTokens(emulator, newToken);
  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (absent[controlPlane]?.test(pathname)) return tokens.fetch(new Request(new URL('/absent', request.url)));
    const response = await tokens.fetch(isOld ? await inOldWords(request) : request);
    if (!response.ok || response.body === null) return response;
    const path = `${request.method} ${pathname}`;
    if (isOld && path.endsWith('/token')) return changed(response, (text) => text.replace(/,"expiresIn":\d+/, ''));
    if (isOld)
      return changed(response, (text) => text.replaceAll('"subjectType":"service-account"', '"subjectType":"app"'));
    if (!createReplyClientId && path === 'POST /api/v1/service-accounts') {
      return changed(response, (text) => text.replace(/,"clientId":"[^"]*"/, ''));
    }
    return !regenerateReplySecret && path.endsWith('/secret') ? changed(response, () => '{}') : response;
  }
  return {
    fetch: async (request) => {
      const response = await answer(request);
      const isPage = unknownPath === 'html' && response.status === 404;
      return isPage && (await response.clone().text()).includes('"Resource not found"') ? page() : response;
    },
  };
}

/** Before 2.24 subjects are applications only (docs/contracts/runai.md 1). */
async function inOldWords(request: Request): Promise<Request> {
  if (request.method !== 'POST' || !request.url.endsWith('/access-rules')) return request;
  const text = await request.text();
  const body = text.replace(/"subjectType":"(service-account|app)"/, (_, type) =>
    type === 'app' ? '"subjectType":"service-account"' : '"subjectType":"unknown"',
  );
  return new Request(request.url, { method: 'POST', headers: request.headers, body });
}

/** The UI, which some hosts answer unknown paths with. */
function page(): Response {
  const html = '<!doctype html><html><head><title>NVIDIA Run:ai</title></head><body></body></html>';
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}

/** Clients see tokens of their own instead of the emulator's. */
function withTokens(emulator: Emulator, newToken: (claims: TokenClaims, token: string) => string): Emulator {
  const real = new Map<string, string>();
  return {
    fetch: async (request) => {
      const bearer = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
      const known = bearer === undefined ? undefined : real.get(bearer);
      const headers = new Headers(request.headers);
      if (bearer !== undefined) headers.set('authorization', `Bearer ${known ?? 'unknown'}`);
      const response = await emulator.fetch(new Request(request, { headers }));
      if (!response.ok || !new URL(request.url).pathname.endsWith('/token')) return response;
      return changed(response, (text) => {
        const token = /"access_?[tT]oken":"([^"]*)"/.exec(text)?.[1] ?? '';
        const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
        const shown = newToken(JSON.parse(payload) as TokenClaims, token);
        real.set(shown, token);
        return text.replace(token, () => shown);
      });
    },
  };
}

async function changed(response: Response, change: (text: string) => string): Promise<Response> {
  const { status, headers } = response;
  return new Response(change(await response.text()), { status, headers });
}
