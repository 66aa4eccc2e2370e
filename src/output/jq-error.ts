/** The embedded jq ran out of memory, or broke in another way. */
export class JqMemoryError extends Error {
  constructor(cause: unknown) {
    super('jq ran out of memory', { cause });
    this.name = 'JqMemoryError';
  }
}

/** A filter asked for something that the embedded jq would do in another way than jq. No `try` of the filter catches it. */
export class JqLimitError extends Error {
  /** @param lack as it reads after "the built-in jq", e.g. `has no "%U" in strptime` */
  constructor(lack: string) {
    super(lack);
    this.name = 'JqLimitError';
  }
}
