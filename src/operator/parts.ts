// What the operator's questions and deeds need of a running app.
import type { Policy } from '../access/policy.ts';
import type { SyncParts } from '../sync/parts.ts';
import type { PolicyKeeper } from '../sync/policy-keeper.ts';
import type { SweepReport } from '../sync/sweep.ts';

export type SyncOptions = {
  dryRun: boolean;
  cause: string;
  onProgress?: (words: string) => void;
  /** In a dry run: as if this policy were in force. */
  policy?: Policy;
};

export type OperatorApp = {
  parts: SyncParts;
  policy: PolicyKeeper;
  /** Applies the plan of changes of the whole space now, or shows it. */
  sync(options: SyncOptions): Promise<SweepReport>;
};
