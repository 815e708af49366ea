// What nobody knows about Cobot (reference: "unknown"): tests run with each value. And what it documents as a list.

export type CobotSwitches = {
  /** A check-in while one is current: the same again, a second one (which spends a pass), or refused. */
  repeatCheckIn: 'existing' | 'second' | '422';
  duplicateToken: '409' | '422';
  /** {"errors":{"base":"..."}}, {"errors":{"base":["..."]}}, {"base":["..."]}. */
  errorShape: 'wrapped strings' | 'wrapped arrays' | 'bare';
  /** Is a member still a current one on the day of `canceled_to`? */
  canceledToDay: 'in' | 'out';
  /** Does the list of memberships hold confirmed ones that have not begun? */
  listHoldsFuture: boolean;
  /** How a pass in the list of the whole space names its membership. */
  passNames: 'membership' | 'membership_id' | 'both' | 'neither';
  /** POST of a subscription that exists, but is inactive. */
  inactiveTwin: '409' | '201';
  /** Events that answer 422 although the documentation lists them. */
  notOffered: string[];
  /** What a 410 leaves of a subscription. */
  ended: 'inactive' | 'removed';
  /** Fields without a value: null, or not there at all. */
  emptyFields: 'null' | 'missing';
  notFoundBody: 'json' | 'html' | 'empty';
  /** Where the urls in objects and webhooks point; null = to the simulator itself. */
  urlBase: string | null;
  /** Does a check-in over the API raise `created_checkin`, a check-out `created_checkout`? */
  echo: boolean;
};

export const usualSwitches: CobotSwitches = {
  repeatCheckIn: 'existing',
  duplicateToken: '422',
  errorShape: 'wrapped arrays',
  canceledToDay: 'in',
  listHoldsFuture: false,
  passNames: 'membership',
  inactiveTwin: '409',
  notOffered: [],
  ended: 'inactive',
  emptyFields: 'null',
  notFoundBody: 'json',
  urlBase: null,
  echo: true,
};

/** What a token for this relay is made with (reference, section 3). */
export const usualScopes: string[] = [
  'read_user',
  'read_spaces',
  'read_memberships',
  'read_plans',
  'read_check_ins',
  'write_check_ins',
  'checkin',
  'checkin_tokens',
  'read_time_passes',
  'read_bookings',
  'read_resources',
  'read_subscriptions',
  'write_subscriptions',
  'read_drop_in_passes',
  'read_external_bookings',
  'navigation',
];

/** Ten retries that grow, 20 hours in all; Cobot documents the sums only. */
export const cobotRetryMinutes: number[] = [1, 2, 5, 10, 20, 40, 80, 160, 320, 562];

const families: [names: string, things: string][] = [
  ['created confirmed admin_confirmed canceled uncanceled reactivated deleted', 'membership'],
  ['created updated deleted', 'booking'],
  ['created updated deleted', 'resource'],
  ['created updated deleted', 'allocation'],
  ['created updated deleted', 'calendar_blocker'],
  ['created updated sent wrote_off deleted', 'invoice'],
  ['created deleted', 'checkin_token'],
  ['created deleted', 'admin'],
];

/** Reference, section 4.4. */
export const cobotEvents: ReadonlySet<string> = new Set([
  ...families.flatMap(([names, thing]) => names.split(' ').map((name) => `${name}_${thing}`)),
  'membership_cancellation_date_reached',
  'changed_membership_plan',
  'membership_plan_change_date_reached',
  'updated_membership_details',
  'updated_membership_picture',
  'updated_payment_method',
  'connected_user',
  'updated_connected_user',
  'updated_custom_field',
  'membership_added_time_passes',
  'membership_removed_time_passes',
  'created_checkin',
  'created_checkout',
  'booking_will_begin',
  'booking_has_ended',
  'approved_external_booking',
  'created_drop_in_pass',
  'created_guest_account',
  'changed_space_subscription',
  'published_event',
  'created_event_attendance',
  'requested_e_invoice',
]);
