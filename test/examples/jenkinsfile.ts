// As much of a declarative Jenkinsfile as ours has: https://www.jenkins.io/doc/book/pipeline/syntax/

/** A word with what follows it: `label 'linux'`, `timeout(time: 30)`, `A = 'b'`, `stage('x') { … }`. */
interface Statement {
  readonly name: string;
  readonly values: readonly Value[];
  readonly block: readonly Statement[];
}

interface Value {
  /** Of a named argument. */
  readonly key: string | null;
  readonly text: string;
  /** Those of a list, or of a call whose name is the text. */
  readonly values: readonly Value[];
}

/** What a credential of Jenkins puts into the environment. */
export interface Binding {
  readonly kind: string;
  readonly id: string;
  /** The variables, in order: one for a secret text, user name and password. */
  readonly variables: readonly string[];
}

export interface Stage {
  readonly name: string;
  readonly scripts: readonly string[];
  readonly bindings: readonly Binding[];
}

export interface Pipeline {
  /** e.g. `disableConcurrentBuilds` */
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

/** @throws Error for what a reader would have to know Groovy for */
export function readJenkinsfile(text: string): Pipeline {
  const [pipeline, ...others] = statementsIn(new Tokens(text));
  if (pipeline?.name !== 'pipeline' || others.length > 0) throw new Error('it is not one declarative pipeline');
  const [options = [], environment = [], stages = []] = ['options', 'environment', 'stages'].map(
    (name) => pipeline.block.find((one) => one.name === name)?.block,
  );
  return {
    options: options.map(({ name }) => name),
    environment: Object.fromEntries(environment.map(({ name, values }) => [name, values[0]?.text ?? ''])),
    stages: stages.map((stage) => ({
      name: stage.values[0]?.text ?? '',
      scripts: within(stage).flatMap(({ name, values }) => (name === 'sh' ? [values[0]?.text ?? ''] : [])),
      bindings: within(stage).flatMap(({ name, values }) =>
        name === 'withCredentials' ? (values[0]?.values ?? []).map(bindingOf) : [],
      ),
    })),
  };
}

function within(statement: Statement): readonly Statement[] {
  return [statement, ...statement.block.flatMap(within)];
}

function bindingOf({ text, values }: Value): Binding {
  const [id, ...variables] = values.map((value) => value.text);
  return { kind: text, id: id ?? '', variables };
}

class Tokens {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    const pattern = /\/\/.*|'''[^]*?'''|'[^'\n]*'|[\w]+|[{}()[\],:=]|\n|[^\S\n]+|(?<unknown>.)/g;
    const found = [...text.matchAll(pattern)];
    const unknown = found.find(({ groups }) => groups?.['unknown'] !== undefined);
    if (unknown !== undefined) throw new Error(`nobody has taught the reader what this means: ${unknown[0]}`);
    this.#tokens = found.map(([token]) => token).filter((token) => !/^(?:\/\/.*|\s+)$/.test(token));
  }

  get next(): string {
    return this.#tokens[this.#next] ?? '';
  }

  take(): string {
    this.#next += 1;
    return this.#tokens[this.#next - 1] ?? '';
  }

  /** Whether it was there, and is taken. */
  took(token: string): boolean {
    const isNext = this.next === token;
    if (isNext) this.take();
    return isNext;
  }
}

function statementsIn(tokens: Tokens): readonly Statement[] {
  const statements: Statement[] = [];
  while (tokens.next !== '' && tokens.next !== '}') statements.push(statementIn(tokens));
  return statements;
}

function statementIn(tokens: Tokens): Statement {
  const name = tokens.take();
  const values = argumentsIn(tokens);
  if (!tokens.took('{')) return { name, values, block: [] };
  const block = statementsIn(tokens);
  if (!tokens.took('}')) throw new Error(`the block of ${name} does not end`);
  return { name, values, block };
}

function argumentsIn(tokens: Tokens): readonly Value[] {
  if (tokens.took('(')) return valuesUntil(tokens, ')');
  return tokens.took('=') || tokens.next.startsWith("'") ? [valueIn(tokens)] : [];
}

function valuesUntil(tokens: Tokens, end: string): readonly Value[] {
  const values: Value[] = [];
  while (!tokens.took(end)) {
    values.push(valueIn(tokens));
    if (!tokens.took(',') && tokens.next !== end) throw new Error(`${tokens.next} is not ${end}`);
  }
  return values;
}

function valueIn(tokens: Tokens): Value {
  if (tokens.took('[')) return { key: null, text: '', values: valuesUntil(tokens, ']') };
  const token = tokens.take();
  if (token.startsWith("'")) return { key: null, text: unquoted(token), values: [] };
  if (tokens.took(':')) return { ...valueIn(tokens), key: token };
  return { key: null, text: token, values: tokens.took('(') ? valuesUntil(tokens, ')') : [] };
}

/** A backslash at the end of a line joins it with the next one; our strings have no other. */
function unquoted(token: string): string {
  const text = (/^'''([^]*)'''$/.exec(token) ?? /^'(.*)'$/.exec(token))?.[1] ?? '';
  return text.replaceAll('\\\n', '');
}
