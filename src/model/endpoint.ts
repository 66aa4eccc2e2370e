/** A usable endpoint, or a sentence saying what is wrong with it. */
export type EndpointReading =
  | { readonly url: string; readonly problem: null }
  | { readonly url: null; readonly problem: string };

/**
 * Reads an endpoint: https, or http on loopback, with a base path or without. `url` has no trailing slash, e.g.
 * `https://api.example.com/base`. `problem` starts with `source`, e.g. `--endpoint`, and never quotes a password.
 */
export function readEndpoint(text: string, source: string): EndpointReading {
  const trimmed = text.trim();
  const problem = endpointProblem(trimmed);
  if (problem !== null) return { url: null, problem: `${source} ${problem}` };
  const { origin, pathname } = new URL(trimmed);
  return { url: `${origin}${pathname.replace(/\/+$/, '')}`, problem: null };
}

function endpointProblem(text: string): string | null {
  if (text === '') return 'is empty; give a URL such as https://api.example.com';
  if (!/^https?:\/\/[^/]/i.test(text) || /[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) {
    return 'is not a URL such as https://api.example.com';
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (/[?#]/.test(text)) return 'must not have a query or a fragment';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return `must use https: http would send the credential to ${url.host} unencrypted`;
  }
  return null;
}

/** Whether a URL's host name is this machine itself: `localhost`, 127.0.0.0/8 or `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
