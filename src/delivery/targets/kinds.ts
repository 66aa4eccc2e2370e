import { listOf } from '../../model/text.ts';

/** What can be said of a kind of target without its code. */
export interface TargetKind {
  /** What follows its name and a colon, e.g. `<path>`; null where the name is all there is. */
  readonly body: string | null;
  /** What is written behind the body after a `#`, e.g. `<KEY>`; null where nothing is. */
  readonly slot: string | null;
  /** What it is, for help and completion. */
  readonly meaning: string;
  /** What it is with `+json` behind its name; null where that is not taken. */
  readonly jsonMeaning: string | null;
  /** Whether what is put there outlives this job: only such a place is good enough for the caller's own credential. */
  readonly isDurable: boolean;
  /** Whether the body is a path. Only these are carried out in the sandbox (docs/design.md 7). */
  readonly isPath: boolean;
}

/** Every kind of target by the name that `--to` begins with; `schemes.ts` has the code of each. */
export const targetKinds = {
  file: {
    body: '<path>',
    slot: null,
    meaning: 'a file with the token or secret, and no line break',
    jsonMeaning: 'a file with the whole credential object',
    isDurable: true,
    isPath: true,
  },
  dotenv: {
    body: '<path>',
    slot: '<KEY>',
    meaning: 'one key of a .env file; every other line stays as it is',
    jsonMeaning: null,
    isDurable: true,
    isPath: true,
  },
  session: {
    body: '<path>',
    slot: null,
    meaning: 'a session of Augment, as one line of JSON',
    jsonMeaning: null,
    isDurable: true,
    isPath: true,
  },
  profile: {
    body: null,
    slot: null,
    meaning: "the file that the profile's own credential comes from",
    jsonMeaning: null,
    isDurable: true,
    isPath: false,
  },
  'github-env': {
    body: '<NAME>',
    slot: null,
    meaning: 'a variable for the later steps of a GitHub Actions job',
    jsonMeaning: null,
    isDurable: false,
    isPath: false,
  },
  'github-output': {
    body: '<name>',
    slot: null,
    meaning: 'an output of this step of a GitHub Actions job',
    jsonMeaning: null,
    isDurable: false,
    isPath: false,
  },
  exec: {
    body: '<program and arguments>',
    slot: null,
    meaning: 'a program that reads it from standard input, run without a shell',
    jsonMeaning: 'the same with the whole credential object',
    isDurable: false,
    isPath: false,
  },
  'gh-secret': {
    body: '<owner/repo>[@env]',
    slot: '<NAME>',
    meaning: 'a secret of a repository or environment, by your gh',
    jsonMeaning: null,
    isDurable: true,
    isPath: false,
  },
  kubernetes: {
    body: '<namespace>/<secret>',
    slot: '<key>',
    meaning: 'a key of a Secret, by your kubectl',
    jsonMeaning: null,
    isDurable: true,
    isPath: false,
  },
  vault: {
    body: '<path>',
    slot: '<field>',
    meaning: 'a field of a KV secret, by your vault',
    jsonMeaning: null,
    isDurable: true,
    isPath: false,
  },
} as const satisfies Readonly<Record<string, TargetKind>>;

export type TargetKindName = keyof typeof targetKinds;

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
    const rest = `${kind.body === null ? '' : `:${kind.body}`}${kind.slot === null ? '' : `#${kind.slot}`}`;
    const plain = { word: name, form: `${name}${rest}`, meaning: kind.meaning, kind };
    if (kind.jsonMeaning === null) return [plain];
    const word = `${name}+json`;
    return [plain, { word, form: `${word}${rest}`, meaning: kind.jsonMeaning, kind }];
  });
}

/** Whether a target outlives this job, by its name, e.g. `file:token`. */
export function isDurable({ name }: { readonly name: string }): boolean {
  return kinds.get(/^[a-z-]*/.exec(name)?.[0] ?? '')?.isDurable === true;
}

/** e.g. `file, dotenv or vault` */
export function durableKinds(): string {
  return listOf(
    kindsWhere((kind) => kind.isDurable),
    'or',
  );
}
