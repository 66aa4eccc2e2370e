import type { Emulator } from '../../src/sandbox/emulator.ts';
import { createRunaiEmulator, type RunaiOptions } from '../../src/sandbox/runai/app.ts';

/** What an access token says of itself; times in seconds since the epoch (docs/contracts/runai.md 2). */
export interface TokenClaims {
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly tenant_id: number;
  readonly clientId: string;
}

/** Run:ai with what its specification leaves open; without options it is the sandbox's. */
export interface RunaiVariant extends RunaiOptions {
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

export function createRunaiVariant({ newToken, ...options }: RunaiVariant): Emulator {
  const { unknownPath, createReplyClientId = true, regenerateReplySecret = true } = options;
  const emulator = createRunaiEmulator(options);
  const tokens = newToken === undefined ? emulator : withTokens(emulator, newToken);
  return {
    fetch: async (request) => {
      const response = await tokens.fetch(request);
      const path = `${request.method} ${new URL(request.url).pathname}`;
      if (response.ok && !createReplyClientId && path === 'POST /api/v1/service-accounts') {
        return changed(response, (text) => text.replace(/,"clientId":"[^"]*"/, ''));
      }
      if (response.ok && !regenerateReplySecret && path.endsWith('/secret')) return changed(response, () => '{}');
      const mayBePage = unknownPath === 'html' && response.status === 404;
      return mayBePage && (await response.clone().text()).includes('"Resource not found"') ? page() : response;
    },
  };
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
