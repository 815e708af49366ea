// The same thing twice in a list that shifted while its pages were read counts once: it would look like a double, and
// taking that away would hit both.

/** By id; of two, the one that was read last. */
export function unique<T extends { id: string }>(items: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const item of items) byId.set(item.id, item);
  return byId.size === items.length ? [...items] : [...byId.values()];
}
