// The columns of every table, for kysely, alike on both engines: an instant is an integer (milliseconds since 1970), a
// boolean 0 or 1, JSON a text. Every row belongs to one space (its subdomain). Made by the files in migrations/.

type InSpace = { space: string };

export type Tables = {
  deliveries: InSpace & {
    id: string;
    received_at: number;
    source: string;
    event: string;
    body: string;
    understood: number;
    subject: string;
  };
  links: InSpace & { membership_id: string; lock_user_id: string; origin: string; ended_at: number | null };
  tokens: InSpace & { lock_user_id: string; membership_id: string };
  /** `facts`: JSON of membership, passes, check-ins and bookings. */
  evidence: InSpace & { membership_id: string; facts: string; read_at: number };
  evidence_bookings: InSpace & { booking_id: string; membership_id: string };
  check_ins: InSpace & { id: string; membership_id: string; from_at: number; until_at: number; pass_id: string | null };
  attempts: InSpace & { membership_id: string; started_at: number };
  openings: InSpace & {
    id: string;
    lock_user_id: string;
    lock_id: string | null;
    lock_name: string | null;
    /** The lock's id, else its name, else '': null would equal nothing, and two of one opening be stored. */
    lock_identity: string;
    occurred_at: number;
    received_at: number;
    outcome: string | null;
    note: string | null;
    /** The door stayed shut: why, in the lock system's words. */
    refused: string | null;
  };
  refusals: InSpace & { membership_id: string; at: number; until_at: number; words: string };
  /** The names that the waiting hold has had; the one with the highest position is its name now. */
  holds: InSpace & { id: string; position: number };
  /** `position`: that of the hold's name under which the line joined. */
  hold_lines: InSpace & {
    lock_user_id: string;
    lock_id: string;
    membership_id: string;
    reason: string;
    rests_on_absence: number;
    held_at: number;
    position: number;
    facts: string;
    decision: string | null;
  };
  losses: InSpace & { lock_user_id: string; at: number };
  managed: InSpace & { lock_user_id: string; last_seen_at: number };
  witness: InSpace & { kind: string; id: string };
  timed_grants: InSpace & {
    id: string;
    lock_user_id: string;
    lock_id: string;
    from_at: number | null;
    until_at: number | null;
    note: string;
    real_id: string | null;
    asked: number;
    theirs: number;
  };
  /** `before`: JSON, a list of ids. */
  grant_notes: InSpace & {
    id: string;
    lock_user_id: string;
    lock_id: string;
    from_at: number | null;
    until_at: number | null;
    note: string;
    grant_id: string | null;
    before: string;
    asked_at: number;
  };
  alerts: InSpace & {
    key: string;
    kind: string;
    sentence: string;
    who: string | null;
    since: number;
    told_at: number | null;
    gone_since: number | null;
  };
  refused_calls: InSpace & { side: string; call: string; sentence: string; since: number; at: number };
  problems: InSpace & { subject: string; kind: string; sentence: string; since: number };
  audit: InSpace & {
    number: number;
    at: number;
    action: string;
    sentence: string;
    cause: string;
    membership_id: string | null;
    lock_user_id: string | null;
    lock_id: string | null;
  };
  /** `value`: JSON. */
  settings: InSpace & { key: string; value: string };
  /** The last number given out under a name: it only ever grows. */
  counters: InSpace & { name: string; value: number };
  jobs: InSpace & {
    id: string;
    name: string;
    key: string;
    /** JSON. */
    payload: string;
    state: string;
    run_at: number;
    attempts: number;
    /** Failures of the kind that is not tried for ever. */
    refusals: number;
    last_error: string | null;
    /** 1: waits because the other side was not there. */
    transient: number;
    requested_at: number;
    sequence: number;
  };
};
