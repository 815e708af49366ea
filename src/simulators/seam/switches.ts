// What nobody outside Seam knows for sure, each as one switch, and how long things take there. A test turns each both ways.

export type SeamSwitches = {
  /** The status for a key or an email address that another has. */
  duplicates: '409' | '400';
  emails: 'unique' | 'shared';
  /** Changing a `user_identity_key`; 'ignored': 200, and it stays as it was. */
  changeKey: 'works' | 'refused' | 'ignored';
  /** Deleting a user identity that has access grants. */
  deleteHolder: 'refused' | 'with its grants';
  /** New times of an access grant; 'later': the old ones hold for a while. */
  updateWindow: 'later' | 'at once' | 'refused';
  /** Does an access grant or a code that is being deleted open until it is gone? */
  whileDeleting: 'open' | 'shut';
  /** `starts_at` in the past. */
  pastStart: 'taken' | 'refused';
  /** Whom an opening names: at a keypad the code, at every door the person (undocumented), or nobody at all. */
  unlockNames: 'code' | 'identity' | 'nobody';
  /** What `since` and `between` look at; the vendor's fake looks at created_at. */
  eventsSince: 'created_at' | 'occurred_at';
  eventOrder: 'oldest first' | 'newest first';
  retryAfter: 'sent' | 'absent';
};

export const usualSwitches: SeamSwitches = {
  duplicates: '409',
  emails: 'unique',
  changeKey: 'works',
  deleteHolder: 'refused',
  updateWindow: 'later',
  whileDeleting: 'open',
  pastStart: 'taken',
  unlockNames: 'code',
  eventsSince: 'created_at',
  eventOrder: 'oldest first',
  retryAfter: 'sent',
};

/** In milliseconds. The true ones are unknown; these are short. */
export type SeamTimes = {
  issueAfterMs: number;
  deleteAfterMs: number;
  updateAfterMs: number;
  /** A code on its way to the lock, or back. */
  setAfterMs: number;
};

export const usualTimes: SeamTimes = { issueAfterMs: 20, deleteAfterMs: 20, updateAfterMs: 20, setAfterMs: 20 };
