// Which webhooks ("subscriptions") Cobot should have, and what it takes to get there. Pure: subscribe.ts carries
// it out. Only those under our PUBLIC_URL are ours; everybody else's stay untouched. Keys are never shown.
import { COBOT_EVENTS, CONFIRMATION_PATH, callbackPath } from '../lib/callback-path.ts';
import type { Subscription } from './cobot.ts';

export type SubscriptionSettings = {
  publicUrl: string;
  /** The first goes into new callback URLs; all of them tell that a subscription is ours. */
  keys: readonly string[];
  /** All that the relay listens to, unless told. */
  wantedEvents?: readonly string[];
  /** Also replace those under another URL that carry a key of ours. */
  replace?: boolean;
};

/** One event whose subscription has to be made. What is in `instead` goes once the new one is there. */
export type Step = {
  event: string;
  callbackUrl: string;
  why: 'missing' | 'inactive' | 'outdated';
  instead: Subscription[];
};

export type SubscriptionPlan = {
  /** Ours, active, with the first key. */
  keep: Subscription[];
  create: Step[];
  /** Ours, and one too many for their event, or for an event no longer wanted. */
  remove: Subscription[];
  /** Under another URL, with a key of ours: another installation's, or of before a move. */
  elsewhere: Subscription[];
  foreign: Subscription[];
};

export function callbackUrlOf(event: string, settings: SubscriptionSettings): string {
  const [key] = settings.keys;
  if (key === undefined) throw new TypeError('no webhook key to put into a callback URL');
  return `${withoutSlash(settings.publicUrl)}${callbackPath(event)}?key=${encodeURIComponent(key)}`;
}

export function planSubscriptions(present: readonly Subscription[], settings: SubscriptionSettings): SubscriptionPlan {
  const wanted: readonly string[] = settings.wantedEvents ?? COBOT_EVENTS;
  const ours = present.filter((one) => isOurs(one, settings));
  const elsewhere = present.filter((one) => !isOurs(one, settings) && carriesOurKey(one, settings));
  const taken = settings.replace === true ? elsewhere.filter((one) => wanted.includes(one.event)) : [];

  const plan: SubscriptionPlan = {
    keep: [],
    create: [],
    remove: ours.filter((one) => !wanted.includes(one.event)),
    elsewhere: elsewhere.filter((one) => !taken.includes(one)),
    foreign: present.filter((one) => !ours.includes(one) && !elsewhere.includes(one)),
  };
  for (const event of wanted) {
    const callbackUrl = callbackUrlOf(event, settings);
    const mine = [...ours, ...taken].filter((one) => one.event === event);
    const good = mine.find((one) => one.active && sameUrl(one.callbackUrl, callbackUrl));
    if (good) {
      plan.keep.push(good);
      plan.remove.push(...mine.filter((one) => one !== good));
    } else {
      plan.create.push({ event, callbackUrl, why: reasonFor(mine), instead: mine });
    }
  }
  return plan;
}

/** Ours that Cobot has deactivated, each as a step that makes it anew; never one that was not there. */
export function planRepair(
  present: readonly Subscription[],
  settings: SubscriptionSettings,
  lost: readonly string[] = [],
): Step[] {
  const plan = planSubscriptions(present, { ...settings, replace: false });
  return plan.create
    .filter((step) => step.why === 'inactive' || (step.why === 'missing' && lost.includes(step.event)))
    .map((step) => ({ ...step, instead: step.instead.filter((one) => !one.active) }));
}

/** Host and path, for people; the key stays out. Of foreign ones only the host: a path may be their secret. */
export function callbackShown(one: { callbackUrl: string }, part: 'host' | 'host and path' = 'host and path'): string {
  const url = urlOf(one.callbackUrl);
  if (!url) return 'not a URL';
  return part === 'host' ? url.host : url.host + url.pathname;
}

function reasonFor(mine: Subscription[]): Step['why'] {
  if (mine.length === 0) return 'missing';
  return mine.some((one) => one.active) ? 'outdated' : 'inactive';
}

function isOurs(one: Subscription, settings: SubscriptionSettings): boolean {
  const url = urlOf(one.callbackUrl);
  const base = urlOf(withoutSlash(settings.publicUrl));
  if (!url || !base || url.origin !== base.origin) return false;
  const prefix = withoutSlash(base.pathname);
  if (!url.pathname.startsWith(`${prefix}/`)) return false;
  const route = url.pathname.slice(prefix.length);
  return route === CONFIRMATION_PATH || /^\/cobot\/[^/]+$/.test(route);
}

function carriesOurKey(one: Subscription, settings: SubscriptionSettings): boolean {
  const key = urlOf(one.callbackUrl)?.searchParams.get('key');
  return key != null && settings.keys.includes(key);
}

export function sameUrl(a: string, b: string): boolean {
  return urlOf(a)?.href === urlOf(b)?.href;
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}
