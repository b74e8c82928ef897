// A value that is made when it is first asked for, and kept.

/** `make`, called at most once; what it throws is thrown again at the next call. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
