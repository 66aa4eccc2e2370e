import { tildePath } from '../../config/directories.ts';
import type { Context } from '../../context.ts';
import { namedCaFiles, type CaPlace } from '../../http/ca-files.ts';
import type { CaFile } from '../../http/certificates.ts';
import { readProxy } from '../../http/proxy.ts';
import { uncheckedProblem } from '../../http/transport.ts';
import { failure, ok, warning, type Result } from './diagnosis.ts';

interface Place extends CaPlace, Pick<Context, 'homeDirectory'> {}

/** Through which proxy an endpoint is reached, and whose certificates are trusted; nothing where nothing was set. */
export async function examineNetwork(place: Place, endpoint: URL): Promise<readonly Result[]> {
  const unchecked = uncheckedProblem(place, endpoint);
  return [
    ...examineProxy(place.env, endpoint),
    ...(unchecked === null ? [] : [failure('ca', unchecked)]),
    ...(await Promise.all(namedCaFiles(place, endpoint).map((file) => examineCa(file, place.homeDirectory)))),
  ];
}

function examineProxy(env: Context['env'], endpoint: URL): readonly Result[] {
  const { proxy, source, problem } = readProxy(env, endpoint);
  if (problem !== null) return [failure('proxy', problem)];
  if (proxy !== null) return [ok('proxy', `requests go through ${proxy.url} (${source})`)];
  if (source !== null) return [ok('proxy', `NO_PROXY leaves ${endpoint.host} out of ${source}`)];
  const isPlainOnly = endpoint.protocol === 'https:' && (env['HTTP_PROXY'] ?? env['http_proxy'] ?? '').trim() !== '';
  return isPlainOnly ? [warning('proxy', 'HTTP_PROXY is not used: requests are https', 'set HTTPS_PROXY')] : [];
}

async function examineCa(file: CaFile, homeDirectory: string): Promise<Result> {
  const { readCertificates } = await import('../../http/certificates.ts');
  const { certificates, problem } = await readCertificates(file);
  if (problem !== null) return failure('ca', problem);
  const count = certificates.length === 1 ? '1 certificate' : `${certificates.length} certificates`;
  return ok('ca', `${count} of ${tildePath(file.path, homeDirectory)} trusted (${file.source})`);
}
