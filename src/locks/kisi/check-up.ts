// Looks at what the relay needs in Kisi besides users, groups and assignments: what the key may read, the event webhook,
// and calls that Kisi will take away. Reads only; switching on our own webhook is the one thing that it offers to do.
import { z } from 'zod';
import { describeError, RefusedError, UnauthorizedError } from '../../lib/errors.ts';
import { segment } from '../../lib/http.ts';
import type { Finding, LockSystem } from '../lock-system.ts';
import type { KisiClient } from './client.ts';
import { UNLOCK } from './events.ts';
import { id } from './schema.ts';

const KEY = 'the API key';
const WEBHOOK = 'the event webhook';
const HOW = "src/locks/kisi/README.md says how to make one in Kisi's dashboard";

const anything = z.array(z.unknown());
/** Unknown: the literal of `type`, which is not looked at, and the form of `disabled_due_to_error`. */
const integrationSchema = z.object({
  id,
  url: z.string().nullish(),
  enabled: z.boolean().nullish(),
  disabled_due_to_error: z.unknown().optional(),
  enabled_events: z.array(z.string()).nullish().catch(null),
});
type Integration = z.output<typeof integrationSchema>;

export function createCheckUp({ send, parse, list, announced }: KisiClient): Pick<LockSystem, 'checkUp'> {
  async function keyFinding(): Promise<Finding> {
    for (const path of ['/users', '/groups']) {
      const endpoint = `GET ${path}`;
      const query = { limit: '1' };
      const response = await send({ method: 'GET', endpoint, path, query, expect: [200], repeatable: true });
      parse(anything, response, endpoint);
    }
    return {
      what: KEY,
      ok: true,
      sentence: 'It reads users and groups; whether it may change them shows when it does.',
    };
  }

  async function webhookFindings(): Promise<Finding[]> {
    const found = await list({ path: '/integrations', pageSize: 250, item: integrationSchema });
    const ours: Integration[] = [];
    for (const each of found) {
      const whole = await withUrl(each);
      if (endsInLockOpen(whole)) ours.push(whole);
    }
    if (ours.length === 0) {
      const sentence = `None of Kisi's event webhooks goes to the relay, so openings come late, out of the event list: ${HOW}.`;
      return [{ what: WEBHOOK, ok: false, sentence }];
    }
    return ours.map((each) => findingOf(each, ours.length === 1));
  }

  /** Kisi's documents give the list neither `url` nor `enabled_events`: only an integration that is read singly has them. */
  async function withUrl(listed: Integration): Promise<Integration> {
    if (listed.url !== undefined) return listed;
    const endpoint = 'GET /integrations/:id';
    const path = `/integrations/${segment(listed.id)}`;
    const response = await send({ method: 'GET', endpoint, path, expect: [200, 404], repeatable: true });
    return response.status === 404 ? listed : parse(integrationSchema, response, endpoint);
  }

  function findingOf(integration: Integration, isOnly: boolean): Finding {
    const named = `${WEBHOOK} ${integration.id}`;
    const { enabled_events: events } = integration;
    if (!isSwitchedOff(integration)) {
      if (!events || events.includes(UNLOCK)) return { what: WEBHOOK, ok: true, sentence: 'It is switched on.' };
      return { what: WEBHOOK, ok: false, sentence: `It leaves out ${UNLOCK}: choose that event for ${named} in Kisi.` };
    }
    const why = integration.disabled_due_to_error
      ? 'Kisi switched it off, since deliveries failed'
      : 'It is switched off';
    // Of several, some may belong to another space, whose operator wants it so.
    if (!isOnly) return { what: WEBHOOK, ok: false, sentence: `${why}: if it is ours, switch on ${named} in Kisi.` };
    return {
      what: WEBHOOK,
      ok: false,
      sentence: `${why}; the relay switches it on again.`,
      mend: () => switchOn(integration.id),
    };
  }

  async function switchOn(integrationId: string): Promise<void> {
    await send({
      method: 'PATCH',
      endpoint: 'PATCH /integrations/:id',
      path: `/integrations/${segment(integrationId)}`,
      body: { integration: { enabled: true } },
      expect: [200, 204],
      repeatable: true,
    });
  }

  const announcements = (): Finding[] =>
    announced().map(({ endpoint, endsAt }) => {
      const when =
        endsAt === null ? '' : ` on ${Temporal.Instant.fromEpochMilliseconds(endsAt).toString().slice(0, 10)}`;
      return {
        what: endpoint,
        ok: false,
        sentence: `Kisi has announced that this call goes away${when}: the relay needs an update before.`,
      };
    });

  return {
    async checkUp() {
      const key = await unlessRefused(KEY, async () => [await keyFinding()]);
      const webhook = await unlessRefused(WEBHOOK, webhookFindings);
      return [...key, ...webhook, ...announcements()];
    },
  };
}

/** A "no" is what a person has to know. That nobody answers, or not in a known form, is no finding about the account. */
async function unlessRefused(what: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof UnauthorizedError || error instanceof RefusedError)) throw error;
    return [{ what, ok: false, sentence: `${describeError(error)}.` }];
  }
}

/** Unknown: whether Kisi, when it switches one off, also sets `enabled` to false. */
function isSwitchedOff({ enabled, disabled_due_to_error: failed }: Integration): boolean {
  return enabled === false || Boolean(failed);
}

function endsInLockOpen({ url }: Integration): boolean {
  return URL.parse(url ?? '')?.pathname.endsWith('/lock_open') === true;
}
