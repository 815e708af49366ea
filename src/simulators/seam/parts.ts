// What the routes of the simulated Seam work with, under one name. Types only.
import type { Clock } from '../../lib/clock.ts';
import type { Limits } from '../limits.ts';
import type { SeamCodes } from './codes.ts';
import type { SeamGrants } from './grants.ts';
import type { SeamSwitches } from './switches.ts';
import type { SeamViews } from './views.ts';
import type { SeamWebhooks } from './webhooks.ts';
import type { SeamWorkspace } from './workspace.ts';

export type SeamParts = {
  workspace: SeamWorkspace;
  grants: SeamGrants;
  codes: SeamCodes;
  webhooks: SeamWebhooks;
  views: SeamViews;
  switches: SeamSwitches;
  clock: Clock;
  /** Items a page, where `limit` is not asked for. */
  pageSize: number;
  /** null = without. */
  deviceLimits: { limits: Limits; perDevice: DeviceLimits } | null;
};

/** A window, for each device. */
export type DeviceLimits = { creations: number; updates: number; deletions: number };
