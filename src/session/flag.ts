import type { ProviderName } from '../model/account.ts';

/** What each kind of flag gives a verb. */
interface FlagValues {
  readonly text: string;
  /** May be repeated. */
  readonly list: readonly string[];
  readonly choice: string;
  readonly on: true;
  /** `--x` and `--no-x`. */
  readonly either: boolean;
  /** `--no-x` alone; true where it is not given. */
  readonly off: boolean;
  /** Milliseconds, at most an hour. */
  readonly timeout: number;
}

/** A flag of the command line as data. */
export interface Flag<Kind extends keyof FlagValues = keyof FlagValues> {
  readonly kind: Kind;
  /** As in the help, e.g. `-f, --file <path>`. */
  readonly flags: string;
  readonly help: string;
  /** The help of `--no-x`. */
  readonly noHelp?: string;
  /** The only provider on which it does something; its help says so. */
  readonly only?: ProviderName;
}

interface ChoiceFlag<Choice extends string> extends Flag<'choice'> {
  readonly choices: readonly Choice[];
}

/** Flags by the names under which a verb gets their values: the long name in camel case. */
export type FlagTable = Readonly<Record<string, Flag>>;

/** The values of the flags of a table; a flag that was not given is absent. */
export type FlagsOf<Table extends FlagTable> = {
  readonly [Name in keyof Table]?:
    | (Table[Name] extends ChoiceFlag<infer Choice> ? Choice : FlagValues[Table[Name]['kind']])
    | undefined;
};

export function text(flags: string, help: string): Flag<'text'> {
  return { kind: 'text', flags, help };
}

export function list(flags: string, help: string): Flag<'list'> {
  return { kind: 'list', flags, help };
}

export function choice<Choice extends string>(
  flags: string,
  help: string,
  choices: readonly Choice[],
): ChoiceFlag<Choice> {
  return { kind: 'choice', flags, help, choices };
}

export function on(flags: string, help: string): Flag<'on'> {
  return { kind: 'on', flags, help };
}

export function either(flags: string, help: string, noHelp: string): Flag<'either'> {
  return { kind: 'either', flags, help, noHelp };
}

export function off(flags: string, help: string): Flag<'off'> {
  return { kind: 'off', flags, help };
}

/** A flag that does something on one provider only. */
export function onlyOn<Given extends Flag>(only: ProviderName, flag: Given): Given {
  return { ...flag, only };
}

/** Collects a flag that may be repeated. */
export function repeated(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** e.g. `--query` of `-q, --query <filter>` */
export function longName(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}
