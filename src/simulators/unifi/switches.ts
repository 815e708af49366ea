// What nobody says about UniFi Access, or what depends on its version, as switches: a connector has to bear every
// position. The first one named is the usual one. Sources: reference/lock-apis.md, section 5.

/** A thing that is not there is refused with one of these; which of them when is not stated. */
export type NotThereCode =
  | 'CODE_NOT_EXISTS'
  | 'CODE_RESOURCE_NOT_FOUND'
  | 'CODE_USER_ACCOUNT_NOT_EXIST'
  | 'CODE_USER_WORKER_NOT_EXISTS';

export type UnifiSwitches = {
  /** The code as text, or a number with the text beside it; mixed: only refusals have the number. */
  dialect: 'name' | 'number' | 'mixed';
  /** Refusals come with HTTP 200, or with a status that fits. */
  refusals: '200' | 'status';
  badToken: '401' | '200';
  /** What a change answers as `data`; rotating: each in its turn. */
  mutations: 'rotating' | 'nothing' | 'null' | 'empty' | 'success';
  /** The field of a policy that holds its doors. */
  resources: 'resources' | 'resource';
  /** Do the policies of a user's groups stand among the user's own where `expand[]` shows them? */
  expandMixes: boolean;
  /** Deleting users came with 3.1.30; before, there was no such address. */
  deleteUsers: '3.1.30' | 'older';
  /** Do doors shut at once on somebody who was deactivated? */
  deactivated: 'shut' | 'open';
  /** `user_email` came with 1.22.16; before, it is no field: what is sent is dropped. */
  emails: 'kept' | 'dropped';
  /** How a second user with the same email is refused, if at all. */
  sameEmail: 'CODE_USER_EMAIL_ERROR' | 'CODE_USER_NAME_DUPLICATED' | 'CODE_PARAMS_INVALID' | 'allowed';
  missingUser: NotThereCode;
  forbidden: 'CODE_OPERATION_FORBIDDEN' | 'CODE_UNAUTHORIZED';
  /** A larger `page_size` is cut to it. */
  largestPage: number;
  logOrder: 'newest first' | 'oldest first';
  /** The vendor's own sample of a log entry has an empty `_id`. */
  logIds: 'given' | 'empty';
  /** Of a webhook: has every try an `event_object_id` of its own? */
  eventIds: 'anew' | 'kept';
  /** `object.time` of a webhook is text; of what is not stated. */
  times: 'seconds' | 'milliseconds' | 'iso';
  /** `object.result` of a webhook that tells of an unlock. */
  granted: 'ACCESS' | 'Access Granted';
};

export const usualUnifiSwitches: UnifiSwitches = {
  dialect: 'name',
  refusals: '200',
  badToken: '401',
  mutations: 'rotating',
  resources: 'resources',
  expandMixes: true,
  deleteUsers: '3.1.30',
  deactivated: 'shut',
  emails: 'kept',
  sameEmail: 'CODE_USER_EMAIL_ERROR',
  missingUser: 'CODE_USER_ACCOUNT_NOT_EXIST',
  forbidden: 'CODE_OPERATION_FORBIDDEN',
  largestPage: 100,
  logOrder: 'newest first',
  logIds: 'given',
  eventIds: 'anew',
  times: 'seconds',
  granted: 'ACCESS',
};
