export interface Sealer {
  readonly recipients: readonly string[];
  /** An age file in ASCII armor that ends with a line break. */
  readonly seal: (bytes: Uint8Array) => Promise<string>;
}

/** Seals for these recipients, whose checksums are right. Something is sealed at once, so that nothing is missing when it counts. */
export async function openSealer(recipients: readonly string[]): Promise<Sealer> {
  async function seal(bytes: Uint8Array): Promise<string> {
    const { armor, Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    return armor.encode(await encrypter.encrypt(bytes));
  }
  await seal(new Uint8Array());
  return { recipients, seal };
}
