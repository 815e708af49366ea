// The same thing twice in a list that shifted while its pages were read counts once: it would look like a double, and
// taking that away would hit both.

/** By id; of two, the one that was read last. */
export function unique<T extends { id: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
