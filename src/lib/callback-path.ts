// Cobot's events that the relay listens to, and the path that stands for each in a callback URL, since the body of a
// webhook does not say which event it is. Shared by who registers the URLs and who answers on them.
export const COBOT_EVENTS = [
  'confirmed_membership',
  'admin_confirmed_membership',
  'canceled_membership',
  'uncanceled_membership',
  'reactivated_membership',
  'membership_cancellation_date_reached',
  'deleted_membership',
  'changed_membership_plan',
  'membership_plan_change_date_reached',
  'updated_membership_details',
  'connected_user',
  'updated_connected_user',
  'membership_added_time_passes',
  'membership_removed_time_passes',
  'created_checkin',
  'created_checkout',
  'created_booking',
  'updated_booking',
  'deleted_booking',
] as const;

/** The guide's own name for the first event it registers. */
export const CONFIRMATION_PATH = '/membership_confirmation';

export function callbackPath(event: string): string {
  return event === 'confirmed_membership' ? CONFIRMATION_PATH : `/cobot/${encodeURIComponent(event)}`;
}
