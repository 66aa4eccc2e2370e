import { CliError, FailedError } from '../errors.ts';
import { hasChecksum } from '../model/bech32.ts';
import { Secret } from '../model/credential.ts';

/** How answers are kept where others may read the disk: as files of age, which anybody with the identity opens with `age -d`. */
export interface Sealing {
  /** Whose identities open them, e.g. `age1…`; empty: answers are kept as they came. */
  readonly recipients: readonly string[];
  /** What opens them here; null where nothing is set. */
  readonly identity: IdentitySource | null;
}

/** Where the identity is, for people, and how it is had: as `age-keygen` writes it, or a key alone. */
export interface IdentitySource {
  readonly name: string;
  /** @throws CliError naming the source */
  readonly read: () => Promise<Secret>;
}

export interface Sealer {
  readonly recipients: readonly string[];
  /** An age file in ASCII armor that ends with a line break. */
  readonly seal: (bytes: Uint8Array) => Promise<string>;
}

/** Seals for these recipients, whose checksums are right. Something is sealed at once, so that nothing is missing when it counts. @throws FailedError */
export async function openSealer(recipients: readonly string[]): Promise<Sealer> {
  try {
    const { armor, Encrypter } = await import('age-encryption');
    const { x25519Recipient } = await import('./x25519-recipient.ts');
    const encrypter = new Encrypter();
    for (const recipient of recipients) encrypter.addRecipient(x25519Recipient(recipient) ?? recipient);
    const sealer = { recipients, seal: async (bytes: Uint8Array) => armor.encode(await encrypter.encrypt(bytes)) };
    await sealer.seal(new Uint8Array());
    return sealer;
  } catch (cause) {
    throw new FailedError('journal', 'cannot seal for the recipients that are set', { cause });
  }
}

/** Why something sealed was not opened; the message is a clause, and quotes nothing of a key. */
export class NotOpened extends Error {
  /** Whether the right identity would open it. */
  readonly wantsIdentity: boolean;

  constructor(message: string, { wantsIdentity }: { readonly wantsIdentity: boolean }) {
    super(message);
    this.name = new.target.name;
    this.wantsIdentity = wantsIdentity;
  }
}

export interface Opener {
  /** Reads the identity. @throws NotOpened */
  readonly ready: () => Promise<void>;
  /** Opens an age file, in armor where it is text. @throws NotOpened */
  readonly open: (sealed: string | Uint8Array) => Promise<Uint8Array>;
}

/** Opens with this identity, which is read once, when something is opened. */
export function openOpener(identity: IdentitySource | null): Opener {
  let reading: Promise<readonly Secret[]> | null = null;
  function keys(): Promise<readonly Secret[]> {
    return (reading ??= readKeys(identity));
  }
  return {
    ready: async () => void (await keys()),
    open: async (sealed) => {
      const secrets = await keys();
      const { armor, Decrypter } = await import('age-encryption');
      const decrypter = new Decrypter();
      for (const secret of secrets) decrypter.addIdentity(secret.reveal());
      try {
        return await decrypter.decrypt(typeof sealed === 'string' ? armor.decode(sealed) : sealed);
      } catch (cause) {
        // The package has no other way to tell it.
        const isOthers = cause instanceof Error && cause.message.startsWith('no identity matched');
        throw isOthers
          ? new NotOpened(`the identity from ${identity?.name} does not open it`, { wantsIdentity: true })
          : new NotOpened('its sealed text is damaged', { wantsIdentity: false });
      }
    },
  };
}

async function readKeys(identity: IdentitySource | null): Promise<readonly Secret[]> {
  if (identity === null) throw new NotOpened('no identity is set here', { wantsIdentity: true });
  const secret = await identity.read().catch((cause: unknown) => {
    if (cause instanceof CliError) throw new NotOpened(cause.message, { wantsIdentity: true });
    throw cause;
  });
  return keysIn(secret, identity.name);
}

/** Lines of other kinds of keys, such as those of plugins, are for other programs. */
const keyRule = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;

function keysIn(secret: Secret, name: string): readonly Secret[] {
  const lines = secret
    .reveal()
    .split(/\r?\n/)
    .map((line) => line.trim());
  const keys = lines.filter((line) => keyRule.test(line));
  const problem = keys.every(hasChecksum)
    ? 'holds no age key (AGE-SECRET-KEY-1…)'
    : 'holds an age key with a typing error: its checksum is wrong';
  if (keys.length === 0 || !keys.every(hasChecksum)) {
    throw new NotOpened(`the identity from ${name} ${problem}`, { wantsIdentity: true });
  }
  return keys.map((key) => new Secret(key));
}
