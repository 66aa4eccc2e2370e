import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

import { readBounded } from '../files/bounded-file.ts';
import { systemCode, systemReason } from '../files/system-error.ts';

/** A file of CA certificates. */
export interface CaFile {
  /** Absolute. */
  readonly path: string;
  /** What names it, e.g. `--ca-cert`. */
  readonly source: string;
}

/** PEM certificates, or a sentence saying what is wrong with the file. */
export type CaBundle =
  | { readonly certificates: readonly string[]; readonly problem: null }
  | { readonly certificates: null; readonly problem: string };

/** In bytes; bundles of all public CAs have less than 1 MiB. */
const largestBundle = 16 * 1024 * 1024;

/** Reads a PEM file of one or more certificates and checks each. */
export async function readCertificates({ path, source }: CaFile): Promise<CaBundle> {
  let text: string;
  try {
    text = (await readBounded(path, largestBundle)).toString('latin1');
  } catch (error) {
    const why = systemCode(error) ?? systemReason(error);
    return { certificates: null, problem: `${source}: cannot read ${path} (${why})` };
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) {
    return { certificates: null, problem: `${source}: ${path} holds no certificate in PEM form` };
  }
  const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (broken === -1) return { certificates, problem: null };
  const which = `certificate ${broken + 1} of ${certificates.length}`;
  return { certificates: null, problem: `${source}: ${which} in ${path} cannot be read` };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** Node's own roots and these. */
export function withRoots(certificates: readonly string[]): string[] {
  return Array.from(new Set([...rootCertificates, ...certificates]));
}

/** A TLS context that trusts `withRoots`. It is shared by all connections: reading 300 certificates takes 60 ms. */
export function createTrust(certificates: readonly string[]): SecureContext {
  return createSecureContext({ ca: withRoots(certificates) });
}
