// As much of a Dockerfile as ours has: https://docs.docker.com/reference/dockerfile/

/** e.g. `COPY --from=build /a /b`: the flags by their names, and what follows them. */
export interface Instruction {
  readonly keyword: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Stage {
  /** The name of an image or of an earlier stage; `scratch` is neither. */
  readonly base: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

const known = new Set(['ARG', 'COPY', 'ENTRYPOINT', 'ENV', 'FROM', 'LABEL', 'RUN', 'USER', 'WORKDIR']);

/** The stages in their order. @throws Error for what would have another meaning here than there */
export function readDockerfile(text: string): readonly Stage[] {
  const args = new Map<string, string>();
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text)) {
    const { keyword, text: words } = instruction;
    if (keyword === 'ARG' && stages.length === 0) {
      const [name = '', value = ''] = words.split(/=(.*)/s);
      args.set(name, value);
    } else if (keyword === 'FROM') {
      const [base = '', , name = String(stages.length)] = words.split(' ');
      stages.push({
        base: base.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? ''),
        name,
        instructions: [],
      });
    } else if (keyword === 'ARG' || stages.length === 0) {
      throw new Error(`${keyword} has no meaning here`);
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const whole = lines.join('\n').replaceAll(/\\\n\s*/g, '');
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map(readInstruction);
}

function readInstruction(line: string): Instruction {
  const [, keyword = '', flags = '', text = ''] = /^(\w+) ((?:--\w+=\S+ )*)(.*)$/.exec(line) ?? [];
  if (!known.has(keyword)) throw new Error(`nobody has taught the interpreter what this means: ${line}`);
  const pairs = [...flags.matchAll(/--(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
  return { keyword, flags: Object.fromEntries(pairs), text };
}

/** The images that are fetched to build these stages. */
export function imagesOf(stages: readonly Stage[]): readonly string[] {
  const own = new Set(['scratch', ...stages.map(({ name }) => name)]);
  return [...new Set(stages.map(({ base }) => base))].filter((base) => !own.has(base));
}
