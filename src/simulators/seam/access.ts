// Access at Seam, as the simulator holds it: access grants, their methods, and the codes on keypads. Types only.
import type { Instant, Window } from '../../access/model.ts';
import type { Effect } from './effect.ts';
import type { Numbered, Remark } from './workspace.ts';

export type SeamMode = 'code' | 'card' | 'mobile_key' | 'cloud_key';
type Requested = { mode: SeamMode; pin: string | null };

export type SeamMethod = Numbered & {
  grantId: string;
  mode: SeamMode;
  pin: string | null;
  issuedAt: Instant | null;
  errors: Remark[];
  warnings: Remark[];
  pending: Remark[];
};

export type SeamCode = Numbered & {
  deviceId: string;
  name: string | null;
  pin: string;
  /** As asked for; `effect` is what the lock has. Both ends or neither. */
  window: Window;
  effect: Effect;
  /** The access grant that it belongs to. */
  grantId: string | null;
  errors: Remark[];
  pending: Remark[];
  /** Being deleted until then. */
  goneAt: Instant | null;
};

export type SeamAccessGrant = Numbered & {
  key: string | null;
  identityId: string;
  entranceIds: string[];
  deviceIds: string[];
  spaceIds: string[];
  requested: Requested[];
  methods: SeamMethod[];
  codes: SeamCode[];
  /** null: none was given, and the doors know none; what Seam tells then is when it was made. */
  startsAt: Instant | null;
  endsAt: Instant | null;
  /** What the doors know; `startsAt` and `endsAt` are what was asked for. */
  effect: Effect;
  name: string | null;
  reservationKey: string | null;
  errors: Remark[];
  warnings: Remark[];
  /** Being deleted until then. */
  goneAt: Instant | null;
};
