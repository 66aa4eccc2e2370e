import { controlPlanes, type ControlPlane } from '../../src/sandbox/runai/versions.ts';
import { readDocument } from './api-document.ts';
import { conformance, type Conformance } from './conformance.ts';

const known = new Map<ControlPlane, Conformance>();

/** What the documents say of a version. Those of service accounts are NVIDIA's; the rest is written from our contract. */
export function runaiDocuments(version: ControlPlane): Conformance {
  const made =
    known.get(version) ??
    conformance({
      contract: readDocument('runai/contract.json', version),
      // The operations are the same in 3.0, and in no version before (docs/contracts/runai.md 3).
      ...(version === '2.24' || version === '3.0' ? { openapi: readDocument('runai/openapi-2.24.json', version) } : {}),
    });
  known.set(version, made);
  return made;
}

/** Requests may also try what only another version has: how else would one tell versions apart? */
export async function requestProblems(request: Request, version: ControlPlane): Promise<readonly string[]> {
  const [own, ...others] = [version, ...controlPlanes].map(runaiDocuments);
  const has = [own, ...others].find((documents) => documents?.operationOf(request) !== null);
  return (await (has ?? own)?.requestProblems(request)) ?? [];
}
