// What the parts of the simulated UniFi Access console hand to each other. Types only.
import type { UnifiAccount } from './unifi-account.ts';
import type { UnifiAnswers } from './unifi-answers.ts';
import type { UnifiSwitches } from './unifi-switches.ts';
import type { UnifiViews } from './unifi-views.ts';
import type { UnifiWebhooks } from './unifi-webhooks.ts';

export type UnifiParts = {
  account: UnifiAccount;
  answers: UnifiAnswers;
  views: UnifiViews;
  webhooks: UnifiWebhooks;
  switches: UnifiSwitches;
};
