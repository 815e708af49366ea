// Kisi's users, groups and doors over HTTP. Where its documents leave a choice, a switch decides.
import { z } from 'zod';
import type { Answer, Route, Seen } from '../exchange.ts';
import type { KisiAccount, KisiGroupLock, KisiUser } from './account.ts';
import {
  contains,
  done,
  fault,
  invalid,
  isAmong,
  listed,
  matches,
  named,
  notFound,
  ok,
  readWrapped,
  usualPaging,
} from './answers.ts';
import type { KisiSwitches } from './switches.ts';
import { groupLockView, groupView, lockView, userView } from './views.ts';

const LARGEST_METADATA = 50;
const metadata = z
  .record(
    z.string().max(50, 'has a key that is too long'),
    z.union([z.string().max(500), z.number(), z.boolean(), z.null()], 'has a value that is too long or not basic'),
  )
  .refine((all) => Object.keys(all).length <= LARGEST_METADATA, 'has too many keys');

const flag = z.boolean('is not a boolean').optional();
/** Without the email: it cannot be changed, and what else a PATCH names is passed over, as with any unknown field. */
const userPatch = z.object({
  name: z.string('is not a text').optional(),
  access_enabled: flag,
  password_flow_enabled: flag,
  metadata: metadata.optional(),
  notes: z.string('is not a text').nullable().optional(),
});
const newUser = userPatch.extend({
  email: z.string("can't be blank").regex(/^[^@\s]+@[^@\s]+$/, "can't be blank or invalid"),
  confirm: flag,
  send_emails: flag,
});

const newGroupLock = z.object({ group_id: z.int('must exist'), lock_id: z.int('must exist') });

export function kisiRoutes(account: KisiAccount, switches: KisiSwitches): Route[] {
  return [...userRoutes(account, switches), ...doorRoutes(account, switches), ...groupLockRoutes(account, switches)];
}

function userRoutes(account: KisiAccount, switches: KisiSwitches): Route[] {
  const view = (user: KisiUser) => userView(user, account);
  const withUser = (request: Seen, answer: (user: KisiUser) => Answer): Answer => {
    const user = named(account.users, request);
    return user ? answer(user) : notFound();
  };
  const inCase = (email: string) => (switches.emailFilter === 'exact' ? email : email.toLowerCase());
  const isInGroup = (user: KisiUser, wanted: string | undefined): boolean => {
    const group = account.groups.get(Number(wanted));
    return wanted === undefined || (group !== undefined && account.assignmentsTo(user, group).length > 0);
  };
  return [
    {
      method: 'GET',
      template: '/users',
      handle(request) {
        const { query } = request;
        const { email, group_id: groupId } = query;
        const found = account.users
          .values()
          .filter((user) => email === undefined || inCase(user.email) === inCase(email))
          .filter((user) => isAmong(query, user.id) && matches(query, 'user_id', user.id))
          .filter((user) => contains(query, user.email, user.name, user.notes) && isInGroup(user, groupId));
        return listed(request, found.toArray(), view, { usual: 50, largest: 100, range: switches.emptyRange });
      },
    },
    {
      method: 'POST',
      template: '/users',
      handle({ body }) {
        const read = readWrapped('user', newUser, body);
        if ('refused' in read) return read.refused;
        const { email, name, notes, confirm, send_emails, metadata } = read.value;
        if (account.userByEmail(email)) return emailTaken(switches);
        // Whether Kisi mails where nobody said is unknown. It does here: who wants none has to say so.
        const [confirmed, sendEmails] = [confirm ?? false, send_emails ?? true];
        const user = account.addUser({
          email,
          confirmed,
          sendEmails,
          name: name ?? email,
          metadata: metadata ?? {},
          notes: notes ?? null,
          accessEnabled: read.value.access_enabled ?? true,
          passwordFlowEnabled: read.value.password_flow_enabled ?? true,
        });
        if (sendEmails) account.mails.push({ to: email, about: 'invitation' });
        return ok(view(user));
      },
    },
    { method: 'GET', template: '/users/:id', handle: (request) => withUser(request, (user) => ok(view(user))) },
    {
      method: 'PATCH',
      template: '/users/:id',
      handle: (request) =>
        withUser(request, (user) => {
          const read = readWrapped('user', userPatch, request.body);
          if ('refused' in read) return read.refused;
          const { value } = read;
          user.name = value.name ?? user.name;
          user.accessEnabled = value.access_enabled ?? user.accessEnabled;
          user.passwordFlowEnabled = value.password_flow_enabled ?? user.passwordFlowEnabled;
          if (value.notes !== undefined) user.notes = value.notes;
          const before = switches.metadataPatch === 'merges' ? user.metadata : {};
          if (value.metadata) user.metadata = { ...before, ...value.metadata };
          user.updatedAt = account.clock.now();
          return done();
        }),
    },
    {
      method: 'DELETE',
      template: '/users/:id',
      handle: (request) =>
        withUser(request, (user) => {
          account.removeUser(user);
          return done();
        }),
    },
  ];
}

function emailTaken({ emailTaken }: KisiSwitches): Answer {
  return emailTaken === '409'
    ? fault(409, 'Email has already been taken')
    : invalid({ email: ['has already been taken'] });
}

function doorRoutes(account: KisiAccount, switches: KisiSwitches): Route[] {
  return [
    {
      method: 'GET',
      template: '/groups',
      handle(request) {
        const { query } = request;
        const found = account.groups
          .values()
          .filter((group) => matches(query, 'place_id', group.place?.id ?? null) && isAmong(query, group.id))
          .filter((group) => contains(query, group.name));
        return listed(request, found.toArray(), (group) => groupView(group, account), usualPaging(switches));
      },
    },
    {
      method: 'GET',
      template: '/groups/:id',
      handle(request) {
        const group = named(account.groups, request);
        return group ? ok(groupView(group, account)) : notFound();
      },
    },
    {
      method: 'GET',
      template: '/locks',
      handle(request) {
        const { query } = request;
        const found = account.locks
          .values()
          .filter((lock) => matches(query, 'place_id', lock.place.id) && isAmong(query, lock.id))
          .filter((lock) => contains(query, lock.name));
        return listed(request, found.toArray(), (lock) => lockView(lock, account), usualPaging(switches));
      },
    },
    {
      method: 'GET',
      template: '/locks/:id',
      handle(request) {
        const lock = named(account.locks, request);
        return lock ? ok(lockView(lock, account)) : fault(404, 'no such door', 'fad10e');
      },
    },
  ];
}

function groupLockRoutes(account: KisiAccount, switches: KisiSwitches): Route[] {
  const withGroupLock = (request: Seen, answer: (groupLock: KisiGroupLock) => Answer): Answer => {
    const groupLock = named(account.groupLocks, request);
    return groupLock ? answer(groupLock) : notFound();
  };
  return [
    {
      method: 'GET',
      template: '/group_locks',
      handle(request) {
        const { query } = request;
        if (query['group_id'] === undefined) return fault(400, 'param is missing: group_id');
        const found = account.groupLocks
          .values()
          .filter(({ group, lock }) => matches(query, 'group_id', group.id) && matches(query, 'lock_id', lock.id))
          .filter(({ id, lock }) => isAmong(query, id) && contains(query, lock.name));
        return listed(request, found.toArray(), groupLockView, usualPaging(switches));
      },
    },
    {
      method: 'POST',
      template: '/group_locks',
      handle({ body }) {
        const read = readWrapped('group_lock', newGroupLock, body);
        if ('refused' in read) return read.refused;
        const [group, lock] = [account.groups.get(read.value.group_id), account.locks.get(read.value.lock_id)];
        if (!group || !lock) return invalid({ [group ? 'lock' : 'group']: ['must exist'] });
        return ok(groupLockView(account.addGroupLock(group, lock)));
      },
    },
    {
      method: 'GET',
      template: '/group_locks/:id',
      handle: (request) => withGroupLock(request, (groupLock) => ok(groupLockView(groupLock))),
    },
    {
      method: 'DELETE',
      template: '/group_locks/:id',
      handle: (request) =>
        withGroupLock(request, ({ id }) => {
          account.groupLocks.delete(id);
          return done();
        }),
    },
  ];
}
