import { listOf } from '../../model/text.ts';
import { takesValue } from './field.ts';

/** A setting of one target, which follows it as `?<name>=<value>`. */
export type TargetOption = 'region';

/**
 * How much of a delivery is tried beforehand: the write itself; that the place is there and can be read, because the service
 * does not say whether it may be written; or nothing.
 */
export type Trial = 'write' | 'read' | 'nothing';

/** What can be said of a kind of target without its code. */
export interface TargetKind {
  /** What follows its name and a colon, e.g. `<path>`; null where the name is all there is. */
  readonly body: string | null;
  /** What is written behind the body after a `#`, e.g. `<KEY>`. */
  readonly slot?: string;
  /** Whether the slot may be left out. */
  readonly isSlotOptional?: true;
  /** What may follow as `?<name>=<value>`. */
  readonly options?: readonly TargetOption[];
  /** What it is, for help and completion. */
  readonly meaning: string;
  /** What it is with `+json` behind its name, where that is taken. */
  readonly jsonMeaning?: string;
  /** Whether what is put there outlives this job: only such a place is good enough for the caller's own credential. */
  readonly isDurable: boolean;
  /** How much of a delivery is tried beforehand. */
  readonly tried: Trial;
  /** Whether a program signs in with what is there, so that no part of a credential may take its place. */
  readonly isWhole?: true;
  /** Whether the body is a path. Only these are carried out in the sandbox (docs/design.md 7). */
  readonly isPath?: true;
}

/** In the order of the help; `schemes.ts` has the code of each. */
const table = {
  file: {
    body: '<path>',
    meaning: 'a file with the token or secret, and no line break',
    jsonMeaning: 'a file with the whole credential object',
    isDurable: true,
    tried: 'write',
    isPath: true,
  },
  dotenv: {
    body: '<path>',
    slot: '<KEY>',
    meaning: 'one key of a .env file; every other line stays as it is',
    isDurable: true,
    tried: 'write',
    isPath: true,
  },
  session: {
    body: '<path>',
    meaning: 'a session of Augment, as one line of JSON',
    isDurable: true,
    tried: 'write',
    isPath: true,
    isWhole: true,
  },
  profile: {
    body: null,
    meaning: "the file that the profile's own credential comes from",
    isDurable: true,
    tried: 'write',
    isWhole: true,
  },
  'github-env': {
    body: '<NAME>',
    meaning: 'a variable for the later steps of a GitHub Actions job',
    isDurable: false,
    tried: 'write',
  },
  'github-output': {
    body: '<name>',
    meaning: 'an output of this step of a GitHub Actions job',
    isDurable: false,
    tried: 'write',
  },
  exec: {
    body: '<program and arguments>',
    meaning: 'a program that reads it from standard input, run without a shell',
    jsonMeaning: 'the same with the whole credential object',
    isDurable: false,
    tried: 'nothing',
  },
  'gh-secret': {
    body: '<owner/repo>[@env]',
    slot: '<NAME>',
    meaning: 'a GitHub secret, by your gh; also of org/<org>, and with dependabot/ or codespaces/ before it',
    isDurable: true,
    tried: 'read',
  },
  'gitlab-variable': {
    body: '<project or group>',
    slot: '<KEY>[@<environment>]',
    meaning: 'the value of an existing CI/CD variable, by your glab',
    isDurable: true,
    tried: 'read',
  },
  kubernetes: {
    body: '<namespace>/<secret>',
    slot: '<key>',
    meaning: 'a key of a Secret, by your kubectl',
    isDurable: true,
    tried: 'write',
  },
  vault: {
    body: '<path>',
    slot: '<field>',
    meaning: 'a field of a KV secret, by your vault',
    isDurable: true,
    tried: 'write',
  },
  'aws-secret': {
    body: '<id>',
    slot: '<json key>',
    isSlotOptional: true,
    options: ['region'],
    meaning: 'a secret of AWS Secrets Manager, or a key of its JSON, by your aws',
    isDurable: true,
    tried: 'write',
  },
  'gcp-secret': {
    body: '<project>/<name>',
    meaning: 'a new version of a secret of Google Secret Manager, by your gcloud',
    isDurable: true,
    tried: 'read',
  },
  'azure-keyvault': {
    body: '<vault>/<name>',
    meaning: 'a secret of Azure Key Vault, by your az',
    isDurable: true,
    tried: 'read',
  },
  doppler: {
    body: '<project>/<config>',
    slot: '<NAME>',
    meaning: 'a secret of a Doppler config, by your doppler',
    isDurable: true,
    tried: 'read',
  },
  op: {
    body: '<vault>/<item>',
    slot: '<field>',
    meaning: 'a field of an existing 1Password item, by your op',
    isDurable: true,
    tried: 'read',
  },
} as const satisfies Readonly<Record<string, TargetKind>>;

export type TargetKindName = keyof typeof table;

/** Every kind of target by the name that `--to` begins with. */
export const targetKinds: Readonly<Record<TargetKindName, TargetKind>> = table;

export function isTargetKind(name: string): name is TargetKindName {
  return Object.hasOwn(targetKinds, name);
}

const kinds: ReadonlyMap<string, TargetKind> = new Map(Object.entries(targetKinds));

/** The names of the kinds of which this is true, in the order of the help. */
export function kindsWhere(isWanted: (kind: TargetKind) => boolean): readonly string[] {
  return [...kinds].filter(([, kind]) => isWanted(kind)).map(([name]) => name);
}

/** One way to write a target. */
export interface TargetForm {
  /** What it begins with, e.g. `file+json`. */
  readonly word: string;
  /** The whole, e.g. `file+json:<path>`. */
  readonly form: string;
  readonly meaning: string;
  readonly kind: TargetKind;
}

/** All ways to write a target, in the order of the help. */
export function targetForms(): readonly TargetForm[] {
  return [...kinds].flatMap(([name, kind]) => {
    const rest = `${kind.body === null ? '' : `:${kind.body}`}${slotForm(kind)}${optionForms(kind)}`;
    const plain = { word: name, form: `${name}${rest}`, meaning: kind.meaning, kind };
    if (kind.jsonMeaning === undefined) return [plain];
    const word = `${name}+json`;
    return [plain, { word, form: `${word}${rest}`, meaning: kind.jsonMeaning, kind }];
  });
}

function slotForm({ slot, isSlotOptional }: TargetKind): string {
  if (slot === undefined) return '';
  return isSlotOptional === true ? `[#${slot}]` : `#${slot}`;
}

function optionForms({ options = [] }: TargetKind): string {
  return options.map((name) => `[?${name}=<${name}>]`).join('');
}

/** The kind of a target, by its name, e.g. `file:token`. */
function kindOf({ name }: { readonly name: string }): TargetKind | undefined {
  return kinds.get(/^[a-z-]*/.exec(name)?.[0] ?? '');
}

/** Whether a target has the credential itself, in a place that outlives this job. */
export function isDurable(target: { readonly name: string }): boolean {
  return kindOf(target)?.isDurable === true && takesValue(target.name);
}

/** How much of a delivery to this target is tried beforehand; stdout is tried as a whole. */
export function trialOf(target: { readonly name: string }): Trial {
  return kindOf(target)?.tried ?? 'write';
}

/** What follows the name of a target where not all of a delivery is tried beforehand, e.g. `, which cannot be tried beforehand`. */
export const untriedPart: Readonly<Record<Trial, string>> = {
  write: '',
  read: ', where only reading was tried beforehand',
  nothing: ', which cannot be tried beforehand',
};

/** e.g. `file, dotenv or vault` */
export function durableKinds(): string {
  return listOf(
    kindsWhere((kind) => kind.isDurable),
    'or',
  );
}
