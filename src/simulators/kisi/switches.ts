// What nobody has seen Kisi do yet: for each unknown of its API the ways in which it may turn out. Data only.
export type KisiSwitches = {
  /** A second assignment of a user to a group: made beside the first, or refused. */
  secondAssignment: 'taken' | '409' | '422';
  /** PATCH of an assignment's window answers 204, and may have done nothing. */
  patchWindow: 'works' | 'ignored';
  emailTaken: '422' | '409';
  /** An assignment that names a user or a group that is not there. */
  unknownTarget: '404' | '422';
  metadataPatch: 'merges' | 'replaces';
  /** The spelling of X-Signature. */
  signature: 'sha256=hex' | 'hex' | 'base64';
  /** X-Collection-Range of a list of nothing. */
  emptyRange: '*/0' | 'none';
  emailFilter: 'any case' | 'exact';
  /** An event set is made while its maker waits, a while later, or never. */
  eventSets: 'later' | 'at once' | 'fail';
  eventOrder: 'newest first' | 'oldest first';
};

export const usualKisiSwitches: KisiSwitches = {
  secondAssignment: '422',
  patchWindow: 'ignored',
  emailTaken: '422',
  unknownTarget: '404',
  metadataPatch: 'replaces',
  signature: 'sha256=hex',
  emptyRange: '*/0',
  emailFilter: 'any case',
  eventSets: 'later',
  eventOrder: 'newest first',
};
