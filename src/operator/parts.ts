// What the operator's questions and deeds need of a running app.
import type { Policy } from '../access/policy.ts';
import type { Alerting } from '../alerts/alerting.ts';
import type { WebhooksAtCobot } from '../cobot/subscription-care.ts';
import type { SyncParts } from '../sync/parts.ts';
import type { PolicyKeeper } from '../sync/policy-keeper.ts';
import type { SweepReport } from '../sync/sweep.ts';

export type SyncOptions = {
  dryRun: boolean;
  cause: string;
  /** Instead of many reconciles: what is no matter of members was looked at a while ago. */
  burst?: true;
  onProgress?: (words: string) => void;
  /** In a dry run: as if this policy were in force. */
  policy?: Policy;
};

export type OperatorApp = {
  parts: SyncParts;
  policy: PolicyKeeper;
  /** Applies the plan of changes of the whole space now, or shows it. */
  sync(options: SyncOptions): Promise<SweepReport>;
  alerting: Alerting;
  /** Cobot's webhooks to us, as they are now; null: PUBLIC_URL is not set. */
  webhooksAtCobot(): Promise<WebhooksAtCobot | null>;
  /** By side, how many ms its clock is ahead of ours. */
  clocksAhead(): ReadonlyMap<string, number>;
};
