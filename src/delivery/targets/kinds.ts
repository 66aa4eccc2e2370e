import { listOf } from '../../model/text.ts';

/** What can be said of a kind of target without its code. */
export interface TargetKind {
  /** What follows its name and a colon, e.g. `<path>`; null where the name is all there is. */
  readonly body: string | null;
  /** What is written behind the body after a `#`, e.g. `<KEY>`. */
  readonly slot?: string;
  /** What it is, for help and completion. */
  readonly meaning: string;
  /** What it is with `+json` behind its name, where that is taken. */
  readonly jsonMeaning?: string;
  /** Whether what is put there outlives this job: only such a place is good enough for the caller's own credential. */
  readonly isDurable: boolean;
  /** Whether only the delivery shows that it takes a credential: beforehand its program is found, and not run. */
  readonly isUntried?: true;
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
    isPath: true,
  },
  dotenv: {
    body: '<path>',
    slot: '<KEY>',
    meaning: 'one key of a .env file; every other line stays as it is',
    isDurable: true,
    isPath: true,
  },
  session: { body: '<path>', meaning: 'a session of Augment, as one line of JSON', isDurable: true, isPath: true },
  profile: { body: null, meaning: "the file that the profile's own credential comes from", isDurable: true },
  'github-env': { body: '<NAME>', meaning: 'a variable for the later steps of a GitHub Actions job', isDurable: false },
  'github-output': { body: '<name>', meaning: 'an output of this step of a GitHub Actions job', isDurable: false },
  exec: {
    body: '<program and arguments>',
    meaning: 'a program that reads it from standard input, run without a shell',
    jsonMeaning: 'the same with the whole credential object',
    isDurable: false,
    isUntried: true,
  },
  'gh-secret': {
    body: '<owner/repo>[@env]',
    slot: '<NAME>',
    meaning: 'a secret of a repository or environment, by your gh',
    isDurable: true,
  },
  kubernetes: {
    body: '<namespace>/<secret>',
    slot: '<key>',
    meaning: 'a key of a Secret, by your kubectl',
    isDurable: true,
  },
  vault: { body: '<path>', slot: '<field>', meaning: 'a field of a KV secret, by your vault', isDurable: true },
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
    const rest = `${kind.body === null ? '' : `:${kind.body}`}${kind.slot === undefined ? '' : `#${kind.slot}`}`;
    const plain = { word: name, form: `${name}${rest}`, meaning: kind.meaning, kind };
    if (kind.jsonMeaning === undefined) return [plain];
    const word = `${name}+json`;
    return [plain, { word, form: `${word}${rest}`, meaning: kind.jsonMeaning, kind }];
  });
}

/** The kind of a target, by its name, e.g. `file:token`. */
function kindOf({ name }: { readonly name: string }): TargetKind | undefined {
  return kinds.get(/^[a-z-]*/.exec(name)?.[0] ?? '');
}

/** Whether a target outlives this job. */
export function isDurable(target: { readonly name: string }): boolean {
  return kindOf(target)?.isDurable === true;
}

/** Whether a target cannot be tried beforehand. */
export function isUntried(target: { readonly name: string }): boolean {
  return kindOf(target)?.isUntried === true;
}

/** e.g. `file, dotenv or vault` */
export function durableKinds(): string {
  return listOf(
    kindsWhere((kind) => kind.isDurable),
    'or',
  );
}
