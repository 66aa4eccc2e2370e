import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import fc from 'fast-check';

import { providerNames } from '../../src/model/account.ts';
import { wholeTree } from '../../src/program.ts';
import { issuingProviders } from '../harness/providers.ts';
import { flagValue } from './flag-values.ts';
import { hostileWord } from './hostile.ts';

type Words = fc.Arbitrary<readonly string[]>;

interface Verb {
  readonly words: readonly string[];
  readonly flags: readonly Option[];
  /** Common flags that it can honour. */
  readonly honoured: readonly Option[];
}

/** Flags that are mostly needed to get as far as a request. */
const usual: Readonly<Record<string, readonly string[]>> = {
  list: [],
  get: ['--id'],
  create: ['--name', '--to', '--yes', '--account', '--role', '--scope', '--token', '--stdin'],
  update: ['--id', '--description', '--yes'],
  rotate: ['--id', '--to', '--yes'],
  delete: ['--id', '--yes'],
  revoke: ['--id', '--token', '--yes'],
  restore: ['--id', '--token', '--yes'],
  show: ['--id'],
  deliver: ['--id', '--to', '--yes'],
  discard: ['--id', '--yes'],
};

/** How often a verb is chosen, beyond once. */
const weights: Readonly<Record<string, number>> = {
  'serviceaccounts rotate': 60,
  'serviceaccounts create': 40,
  'serviceaccounts update': 10,
  'serviceaccounts delete': 6,
  'serviceaccounts list': 8,
  'serviceaccounts get': 3,
  'tokens create': 3,
  'tokens revoke': 2,
  'accessrules create': 3,
  'recover deliver': 4,
  doctor: 3,
  whoami: 3,
};

/** Words for every verb there is, from the program's own tree of commands: nearly right ones, mostly. */
export async function wildWords(): Promise<Words> {
  const root = await wholeTree();
  const verbs = verbsOf(root, []);
  const common = root.options.filter((option) => option.long !== '--version');
  const argv = fc
    .oneof(...verbs.map((verb) => ({ weight: 1 + (weights[verb.words.join(' ')] ?? 0), arbitrary: fc.constant(verb) })))
    .chain((verb) => wordsOf(verb, common));
  return fc.oneof(
    { weight: 24, arbitrary: argv },
    { weight: 2, arbitrary: argv.chain(spoiled) },
    { weight: 1, arbitrary: fc.array(hostileWord(), { maxLength: 6 }) },
  );
}

/** `sandbox serve` does not end by itself. */
function verbsOf(command: CommandUnknownOpts, words: readonly string[]): Verb[] {
  return command.commands.flatMap((child) => {
    const path = [...words, child.name()];
    if (path.join(' ') === 'sandbox serve') return [];
    if (child.commands.length > 0) return verbsOf(child, path);
    const honoured = child.createHelp().visibleGlobalOptions(child);
    return [{ words: path, flags: child.options, honoured }];
  });
}

/** A verb with what it needs, what it can honour, and now and then something it cannot. */
function wordsOf({ words, flags, honoured }: Verb, common: readonly Option[]): Words {
  const needed = usual[words.at(-1) ?? ''] ?? [];
  const isOwn = words[0] === 'serviceaccounts';
  const needs = [...flags, ...honoured].filter(
    ({ long }) => needed.includes(long ?? '') && !(isOwn && notUsual.has(long ?? '')),
  );
  const others = [...flags, ...honoured.filter(({ long }) => !chosenApart.has(long ?? ''))];
  const honours = new Set(honoured.map(({ long }) => long));
  return fc
    .tuple(
      honours.has('--provider') ? providerWords : nothing,
      fc.tuple(...needs.map((flag) => mostly(flagWords(flag)))),
      honours.has('--json') ? outputWords : nothing,
      seldom(fc.constantFrom(...others, ...common).chain(flagWords)),
      seldom(fc.constantFrom(...flags, ...common).chain(flagWords)),
      fc.constantFrom('serviceaccounts', 'sa', 'serviceaccount'),
    )
    .map(([provider, must, output, may, other, alias]) => {
      const verb = words.map((word) => (word === 'serviceaccounts' ? alias : word));
      return [verb, provider, ...must, output, may, other].flat();
    });
}

/** On accounts, what others need goes with one provider only. */
const notUsual: ReadonlySet<string> = new Set(['--role', '--scope', '--token', '--stdin']);

const nothing: Words = fc.constant([]);

/** Flags that one of is given, or none. */
const chosenApart: ReadonlySet<string> = new Set([
  '--provider',
  '--json',
  '--query',
  '--query-file',
  '--format',
  '--raw',
  '--profile',
  '--endpoint',
  '--sandbox',
]);

const providerWords: Words = fc
  .constantFrom('nscale', 'nscale', ...issuingProviders, ...providerNames, 'all')
  .map((name) => ['--provider', name]);

const outputWords: Words = fc.oneof(
  { weight: 3, arbitrary: nothing },
  { weight: 2, arbitrary: fc.constantFrom(['--json'], ['--json', '--raw'], ['--debug']) },
  { weight: 2, arbitrary: flagValue('--query').map((filter) => ['-q', filter]) },
  { weight: 1, arbitrary: flagValue('--format').map((format) => ['--format', format]) },
  { weight: 1, arbitrary: flagValue('--query-file').map((path) => ['--query-file', path]) },
);

function mostly(words: Words): Words {
  return fc.oneof({ weight: 19, arbitrary: words }, { weight: 1, arbitrary: nothing });
}

function seldom(words: Words): Words {
  return fc.oneof({ weight: 1, arbitrary: words }, { weight: 3, arbitrary: nothing });
}

function flagWords(flag: Option): Words {
  const long = flag.long ?? flag.flags;
  if (!flag.required) return fc.constant([long]);
  return fc
    .tuple(flagValue(long), fc.constantFrom('two words', 'two words', 'two words', 'one word'))
    .map(([value, form]) => (form === 'one word' ? [`${long}=${value}`] : [long, value]));
}

/** With one word taken out, doubled, cut, or put in. */
function spoiled(argv: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc.tuple(fc.nat({ max: argv.length }), fc.nat({ max: 4 }), hostileWord()).map(([at, way, word]) => {
    const old = argv[at] ?? '';
    if (way === 0) return argv.toSpliced(at, 1);
    if (way === 1) return argv.toSpliced(at, 0, old);
    if (way === 2) return argv.toSpliced(at, 1, old.slice(0, Math.floor(old.length / 2)));
    if (way === 3) return argv.toSpliced(at, 0, '--');
    return argv.toSpliced(at, 0, word.replaceAll(/[/\\]/g, '_'));
  });
}
