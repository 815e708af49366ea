// Kisi as a LockSystem: puts the parts together, and says what Kisi can do.
import type { ClientParts } from '../../lib/http.ts';
import type { Side } from '../../lib/together.ts';
import type { LockSystem } from '../lock-system.ts';
import { createCheckUp } from './check-up.ts';
import { createKisiClient, NAME } from './client.ts';
import { createEventSets } from './event-sets.ts';
import { createGrants } from './grants.ts';
import { createGroups } from './groups.ts';
import { createUsers } from './users.ts';
import { createReadOpening } from './webhook.ts';

export type KisiSettings = {
  token: string;
  url: string;
  /** Then webhooks have to be signed. */
  webhookSecret: string | null;
  placeId: string | null;
  users: 'managed' | 'invited';
  /** 'relay': assignments carry no window, and the relay's timers open and shut. */
  windows: 'kisi' | 'relay';
};

/** Throws where the webhook secret cannot be one. */
export function createKisi(
  options: ClientParts & {
    settings: KisiSettings;
    side?: Side;
    /** Kisi allows five calls in it: a second; only tests make it shorter. */
    windowMs?: number;
  },
): LockSystem {
  const { settings, ...rest } = options;
  const { clock, signal } = rest;
  const { placeId } = settings;
  const client = createKisiClient({ ...rest, url: settings.url, token: settings.token });

  return {
    name: NAME,
    capabilities: {
      lockWord: 'group',
      windowsOnGrants: settings.windows === 'kisi',
      notesOnGrants: false,
      grantsPerLock: settings.windows === 'kisi' ? 'many' : 'one',
      movesInPlace: false,
      takesEffect: 'at once',
      openingsName: 'lock user',
    },
    ...createGroups(client, placeId, clock),
    ...createUsers(client, settings.users),
    ...createGrants(client, settings.windows),
    ...createEventSets(client, { placeId, clock, ...(signal ? { signal } : {}) }),
    ...createCheckUp(client),
    readOpening: createReadOpening(settings),
    holderOf: async (named) => named,
    // People open with the app, a card or a link; there is no code.
    codesOf: async () => [],
  };
}
