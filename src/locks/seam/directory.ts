// Entrances and keypads of the workspace: what a grant can name, and of which kind each is. Remembered, since a thing
// keeps its kind; read anew for every list of locks, for all grants, and for an id that is not known.
import type { Lock } from '../../access/model.ts';
import type { SeamClient } from './client.ts';
import { devicePage, entrancePage } from './schema.ts';

type Kind = 'entrance' | 'keypad';
export type Directory = {
  locks(): Promise<Lock[]>;
  /** As last read. */
  ids(kind: Kind): Promise<string[]>;
  /** undefined: nothing of that id. */
  kindOf(id: string): Promise<Kind | undefined>;
};

export function createDirectory({ list }: SeamClient): Directory {
  let known: ReadonlyMap<string, Lock & { kind: Kind }> | undefined;
  let reading: Promise<typeof known> | undefined;

  async function read(): Promise<NonNullable<typeof known>> {
    const [entrances, devices] = await Promise.all([
      list({ path: '/acs/entrances/list', page: entrancePage }),
      list({ path: '/devices/list', page: devicePage }),
    ]);
    const all = [
      ...devices.filter(({ hasCodes }) => hasCodes).map(({ id, name }) => ({ id, name, kind: 'keypad' as const })),
      ...entrances.map(({ id, name }) => ({ id, name, kind: 'entrance' as const })),
    ];
    known = new Map(all.map((lock) => [lock.id, lock]));
    return known;
  }

  /** Whoever needs it at the same time shares one reading. */
  async function readTogether(): Promise<NonNullable<typeof known>> {
    const shared = reading ?? read();
    reading = shared;
    try {
      return (await shared) ?? new Map();
    } finally {
      if (reading === shared) reading = undefined;
    }
  }

  return {
    locks: async () => [...(await readTogether()).values()].map(({ id, name }) => ({ id, name })),
    async ids(kind) {
      return [...(known ?? (await readTogether())).values()].filter((lock) => lock.kind === kind).map(({ id }) => id);
    },
    async kindOf(id) {
      return known?.get(id)?.kind ?? (await readTogether()).get(id)?.kind;
    },
  };
}
