// Which path shows what, and which does what. The README's table is held against it.
import type { ServerResponse } from 'node:http';
import type { Deed, Show, Shown, Visit } from './page.ts';
import { sendAudit, showAudit } from './pages/audit.ts';
import { showDoor } from './pages/door.ts';
import { showDoors } from './pages/doors.ts';
import { redriveJob, showEvents } from './pages/events.ts';
import { decideHold, showHolds } from './pages/holds.ts';
import { showPeople } from './pages/people.ts';
import { showPerson, syncPerson } from './pages/person.ts';
import { previewPolicy, showPolicy } from './pages/policy.ts';
import { showToday } from './pages/today.ts';

export const PAGES: Readonly<Record<string, Show>> = {
  '/admin': showToday,
  '/admin/people': showPeople,
  '/admin/people/:id': showPerson,
  '/admin/doors': showDoors,
  '/admin/doors/:id': showDoor,
  '/admin/policy': showPolicy,
  '/admin/holds': showHolds,
  '/admin/events': showEvents,
  '/admin/audit': showAudit,
};

export const DEEDS: Readonly<Record<string, Deed>> = {
  '/admin/people/:id/sync': syncPerson,
  '/admin/policy/preview': previewPolicy,
  '/admin/holds/decide': decideHold,
  '/admin/jobs/redrive': redriveJob,
};

/** Answers that are no pages; what is resolved with is shown instead. */
export const FILES: Readonly<Record<string, (visit: Visit, response: ServerResponse) => Promise<Shown | undefined>>> = {
  '/admin/audit.csv': sendAudit,
};
