// For `node --require`: ends the process with SIGKILL at one of the steps by which the program changes the world.
// Steps are changes of files below the folder KILL_BELOW, writes to stdout, and requests, each once before it is sent
// and once when its answer has been read. What changes nothing that the next process could find (reading a file, a GET,
// fsync, close) is no step: to be killed before it is to be killed before the step that follows.
// KILL_MODE is `before`: right before step number KILL_AT; or `torn`: half-way through write number KILL_AT.
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const promises = require('node:fs/promises');
const path = require('node:path');

const at = Number(process.env['KILL_AT']);
const tears = process.env['KILL_MODE'] === 'torn';
const below = `${path.resolve(process.env['KILL_BELOW'] ?? '')}${path.sep}`;
let count = 0;

function isTurn() {
  count += 1;
  return count === at;
}

/** @returns {never} */
function die() {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
}

/** To be called before a step that is done as a whole or not at all. */
function step() {
  if (!tears && isTurn()) die();
}

/** To be called before a write; says whether only half of it is to be done. */
function stepWrite() {
  step();
  return tears && isTurn();
}

/** @param {unknown} file */
function isWatched(file) {
  return typeof file === 'string' && path.resolve(file).startsWith(below);
}

/**
 * @template {unknown[]} Args
 * @template Result
 * @param {(...args: Args) => Result} change Takes paths.
 * @returns {(...args: Args) => Result}
 */
function stepping(change) {
  return (...args) => {
    if (args.some(isWatched)) step();
    return change(...args);
  };
}

Object.assign(promises, {
  rename: stepping(promises.rename),
  unlink: stepping(promises.unlink),
  rm: stepping(promises.rm),
  link: stepping(promises.link),
  mkdir: stepping(promises.mkdir),
  chmod: stepping(promises.chmod),
  writeFile: stepping(promises.writeFile),
  appendFile: stepping(promises.appendFile),
  open: watchOpen(promises.open),
});

/**
 * @param {typeof promises.open} open
 * @returns {typeof promises.open}
 */
function watchOpen(open) {
  return async (file, flags = 'r', mode) => {
    if (!isWatched(file)) return open(file, flags, mode);
    const mayCreate = typeof flags === 'string' ? flags !== 'r' : (flags & fs.constants.O_CREAT) !== 0;
    if (mayCreate) step();
    return watch(await open(file, flags, mode));
  };
}

/** @param {import('node:fs/promises').FileHandle} handle */
function watch(handle) {
  const change = {
    chmod: handle.chmod.bind(handle),
    truncate: handle.truncate.bind(handle),
    write: handle.write.bind(handle),
    writeFile: handle.writeFile.bind(handle),
    writev: handle.writev.bind(handle),
  };
  return Object.assign(handle, {
    /** @param {number} mode */
    chmod: (mode) => {
      step();
      return change.chmod(mode);
    },
    /** @param {number} length */
    truncate: (length) => {
      step();
      return change.truncate(length);
    },
    /** @param {Buffer} bytes @param {number} offset @param {number} length @param {number | null} position */
    write: async (bytes, offset = 0, length = bytes.length - offset, position = null) => {
      if (!stepWrite()) return change.write(bytes, offset, length, position);
      await change.write(bytes, offset, Math.floor(length / 2), position);
      return die();
    },
    /** @param {Buffer[]} buffers @param {number} position */
    writev: async (buffers, position) => {
      if (!stepWrite()) return change.writev(buffers, position);
      const half = firstHalf(Buffer.concat(buffers));
      await change.write(half, 0, half.length, position);
      return die();
    },
    /** @param {string | Buffer} content */
    writeFile: async (content) => {
      if (!stepWrite()) return change.writeFile(content);
      await change.writeFile(firstHalf(Buffer.from(content)));
      return die();
    },
  });
}

/** @param {Buffer} bytes */
function firstHalf(bytes) {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

/** Descriptors of watched files that were opened by their numbers. */
const watched = new Set([1]);
const { open, openSync, writeSync, closeSync, fchmodSync, ftruncateSync } = fs;

/** @param {unknown} file @param {string | number | undefined} flags */
function stepOpen(file, flags) {
  const mayCreate =
    typeof flags === 'number' ? (flags & fs.constants.O_CREAT) !== 0 : !['r', undefined].includes(flags);
  if (isWatched(file) && mayCreate) step();
}

/** @param {unknown} file @param {number} descriptor */
function noteOpened(file, descriptor) {
  if (isWatched(file)) watched.add(descriptor);
  return descriptor;
}

Object.assign(fs, {
  /** @param {[file: string, flags: string | number, ...rest: unknown[], done: (error: Error | null, descriptor: number) => void]} args */
  open: (...args) => {
    const [file, flags] = args;
    const done = /** @type {(error: Error | null, descriptor: number) => void} */ (args.at(-1));
    stepOpen(file, flags);
    // @ts-expect-error -- the arguments are passed on as they are
    return open(...args.slice(0, -1), (error, descriptor) =>
      done(error, error ? descriptor : noteOpened(file, descriptor)),
    );
  },
  /** @param {string} file @param {string | number} flags @param {number} mode */
  openSync: (file, flags, mode) => {
    stepOpen(file, flags);
    return noteOpened(file, openSync(file, flags, mode));
  },
  /** @param {number} descriptor */
  closeSync: (descriptor) => {
    if (descriptor > 2) watched.delete(descriptor);
    closeSync(descriptor);
  },
  /** @param {number} descriptor @param {number} mode */
  fchmodSync: (descriptor, mode) => {
    if (watched.has(descriptor)) step();
    fchmodSync(descriptor, mode);
  },
  /** @param {number} descriptor @param {number} length */
  ftruncateSync: (descriptor, length) => {
    if (watched.has(descriptor)) step();
    ftruncateSync(descriptor, length);
  },
  /** @param {number} descriptor @param {Buffer} bytes @param {number} offset @param {number} length @param {number | null} position */
  writeSync: (descriptor, bytes, offset = 0, length = bytes.length - offset, position = null) => {
    if (!watched.has(descriptor) || !stepWrite()) return writeSync(descriptor, bytes, offset, length, position);
    writeSync(descriptor, bytes, offset, Math.floor(length / 2), position);
    return die();
  },
});

/**
 * Requests are told of by the package that sends them, right before their first byte leaves and once their answer begins.
 * @param {unknown} message
 */
function stepRequest(message) {
  const { request } = /** @type {{ request: { method: string } }} */ (message);
  if (request.method !== 'GET') step();
}
diagnostics.subscribe('undici:client:sendHeaders', stepRequest);
diagnostics.subscribe('undici:request:headers', stepRequest);
