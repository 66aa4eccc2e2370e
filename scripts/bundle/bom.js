import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

/** @typedef {import('./third-parties.js').ThirdParty} ThirdParty */

/**
 * A CycloneDX bill of materials, the same for the same bundle: it has no time and no number of its own.
 * @param {{ name: string, version: string, license: string }} program
 * @param {readonly ThirdParty[]} parties
 */
export function billOfMaterials(program, parties) {
  const root = component(program, Enums.ComponentType.Application);
  const components = new Map(parties.map((party) => [party.name, library(party)]));
  for (const { name, dependencies } of parties) {
    for (const dependency of dependencies) depend(components.get(name), components.get(dependency));
  }
  for (const one of components.values()) depend(root, one);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository(components.values()),
  });
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(factory).serialize(bom, { sortLists: true, space: 2 });
}

/** @param {Models.Component | undefined} one @param {Models.Component | undefined} other */
function depend(one, other) {
  if (one !== undefined && other !== undefined) one.dependencies.add(other.bomRef);
}

/** @param {ThirdParty} party */
function library(party) {
  const one = component(party, Enums.ComponentType.Library);
  if (party.integrity?.startsWith('sha512-')) {
    const digest = Buffer.from(party.integrity.slice('sha512-'.length), 'base64').toString('hex');
    one.hashes.set(Enums.HashAlgorithm['SHA-512'], digest);
  }
  for (const carried of party.carries) {
    one.components.add(component(carried, Enums.ComponentType.Library));
  }
  return one;
}

/**
 * @param {{ name: string, version: string | null, license: string, purl?: string, url?: string | null }} described
 * @param {Enums.ComponentType} type
 */
function component({ name, version, license, url, purl = packageUrl(name, version) }, type) {
  const one = new Models.Component(type, name, { bomRef: purl, purl });
  if (version !== null) one.version = version;
  one.licenses.add(license.includes(' ') ? new Models.LicenseExpression(license) : new Models.SpdxLicense(license));
  if (url) {
    one.externalReferences.add(new Models.ExternalReference(url, Enums.ExternalReferenceType.Website));
  }
  return one;
}

/** @param {string} name @param {string | null} version */
function packageUrl(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
