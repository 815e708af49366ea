// What the parts of the simulated UniFi Access console hand to each other. Types only.
import type { UnifiAccount } from './account.ts';
import type { UnifiAnswers } from './answers.ts';
import type { UnifiSwitches } from './switches.ts';
import type { UnifiViews } from './views.ts';
import type { UnifiWebhooks } from './webhooks.ts';

export type UnifiParts = {
  account: UnifiAccount;
  answers: UnifiAnswers;
  views: UnifiViews;
  webhooks: UnifiWebhooks;
  switches: UnifiSwitches;
};
