// What whoever changes somebody's access holds meanwhile, and leaves marks under.

/**
 * The lock user, and the addresses by which one is looked for or made: somebody new gets a lock user on the way, and who
 * only knows that one has to wait for whoever is making it. `emails`: of the person's memberships.
 */
export function personKeys(lockUserId: string | undefined, emails: readonly (string | null)[]): string[] {
  return [
    ...emails.flatMap((email) => (email === null ? [] : [`email:${email.toLowerCase()}`])),
    ...(lockUserId === undefined ? [] : [`user:${lockUserId}`]),
  ];
}
