// One string for equal ones: a list of hundreds of thousands of things names the same few doors and people, each time in
// a text of its own.
export type Interned = <T extends string | null>(text: T) => T;

/** For as long as one list is read. */
export function createInterned(): Interned {
  const known = new Map<unknown, unknown>();
  return <T extends string | null>(text: T): T => {
    const before = known.get(text) as T | undefined;
    if (before !== undefined) return before;
    known.set(text, text);
    return text;
  };
}
