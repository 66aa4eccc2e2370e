import { jqFile } from './jq-file.ts';
import { timeFunctions, type TimeFunctions } from './jq-time.ts';

/** jq as the package gives it. */
export interface JqModule {
  readonly raw: (
    input: string,
    filter: string,
    flags: string[],
  ) => { readonly stdout: string; readonly stderr: string; readonly exitCode: number };
}

/** In bytes. What the package has around jq cannot address more. */
const addressable = 2 ** 31;

const pageSize = 2 ** 16;

/** What jq 1.8.2 of jq-wasm 3.0.0 imports, by the names that it has there, as far as it is replaced. */
interface Functions extends TimeFunctions {
  /** Asks for so many bytes of memory in all. */
  readonly k: (size: number) => boolean;
}

/**
 * Loads jq with at most 2 GiB of memory, instead of the 256 MiB that it was built with, and with functions for dates that do
 * what C's do (docs/decisions/jq.md).
 * @throws RangeError when the memory cannot be reserved
 */
export async function loadModule(mostMemory = addressable): Promise<JqModule> {
  const { loadJq } = await import('jq-wasm');
  const module = await WebAssembly.compile(withMemoryLimit(await jqFile(), mostMemory / pageSize));
  return new Promise((resolve, reject) => {
    loadJq({
      instantiateWasm: (imports, onSuccess) => {
        instantiate(module, imports, mostMemory).then((instance) => {
          onSuccess(instance, module);
        }, reject);
      },
    }).then(resolve, reject);
  });
}

/**
 * The package's own function refuses to grow beyond the old limit, but it is the one that renews its views on the memory.
 * So it is asked for little, and the memory that it then grows is one that grows as far as is really wanted.
 */
async function instantiate(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  mostMemory: number,
): Promise<WebAssembly.Instance> {
  const given = functionsOf(imports);
  let wanted = 0;
  function resize(size: number): boolean {
    wanted = size >>> 0;
    return wanted <= mostMemory && given.k(0);
  }
  const time = timeFunctions(given, () => memoryOf(instance).buffer);
  const instance = await WebAssembly.instantiate(module, { ...imports, a: { ...given, ...time, k: resize } });
  const memory = memoryOf(instance);
  const growing = {
    get buffer() {
      return memory.buffer;
    },
    grow: () => {
      const now = memory.buffer.byteLength;
      const size = Math.min(Math.max(wanted, now * 1.2), mostMemory);
      return memory.grow(Math.ceil((size - now) / pageSize));
    },
  };
  return { exports: { ...instance.exports, F: growing } };
}

function memoryOf({ exports }: WebAssembly.Instance): WebAssembly.Memory {
  const memory = exports['F'];
  if (!isMemory(memory)) throw unexpected();
  return memory;
}

function functionsOf({ a }: WebAssembly.Imports): Functions {
  if (!isFunctions(a)) throw unexpected();
  return a;
}

function isFunctions(imports: object | undefined): imports is Functions {
  const names = ['k', 'r', 's', 't', 'u', 'v', 'w'];
  return names.every((name) => typeof Reflect.get(imports ?? {}, name) === 'function');
}

function isMemory(value: unknown): value is WebAssembly.Memory {
  return typeof value === 'object' && value !== null && 'buffer' in value && 'grow' in value;
}

/** Everything here is made for exactly the version in `package.json`. */
function unexpected(): Error {
  return new Error('jq is not built as expected');
}

const memorySection = 5;

/** The module with another limit for its memory: the last number of its memory section. */
function withMemoryLimit(bytes: Uint8Array, pages: number): Uint8Array {
  // Behind the magic number and the version is one section after another: its kind, its length, its content.
  for (let at = 8; at < bytes.length;) {
    const length = readNumber(bytes, at + 1);
    const end = length.end + length.value;
    if (bytes[at] === memorySection) {
      const [count, kind] = bytes.subarray(length.end);
      const least = readNumber(bytes, length.end + 2);
      if (count !== 1 || kind !== 1) break;
      const content = [count, kind, ...bytes.subarray(length.end + 2, least.end), ...numberBytes(pages)];
      return Buffer.concat([
        bytes.subarray(0, at),
        Uint8Array.from([memorySection, ...numberBytes(content.length), ...content]),
        bytes.subarray(end),
      ]);
    }
    at = end;
  }
  throw unexpected();
}

/** Numbers are written seven bits at a time, the lowest first; all bytes but the last have the eighth set. */
function readNumber(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at };
  }
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(value >>> 7)];
}
