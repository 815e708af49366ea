// The four lock systems' webhooks: how each is signed and what an honest one looks like, to spoil it.
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { createReadOpening as readKisi } from '../../src/locks/kisi/webhook.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { createReadOpening as readSeam } from '../../src/locks/seam/webhook.ts';
import { createReadOpening as readSmartLock } from '../../src/locks/smartlock/webhook.ts';
import { createReadOpening as readUnifi } from '../../src/locks/unifi/webhook.ts';

type Read = LockSystem['readOpening'];
export type Sender = {
  read: Read;
  readUnsigned: Read;
  event: unknown;
  sign(body: string, now: number): Record<string, string>;
};

const secret = `whsec_${Buffer.from('a signing secret of 24 b').toString('base64')}`;
const standard = (prefix: string) => (body: string, now: number) => ({
  [`${prefix}-id`]: 'msg_1',
  [`${prefix}-timestamp`]: String(Math.floor(now / 1000)),
  [`${prefix}-signature`]: new Webhook(secret).sign('msg_1', new Date(now), body),
});
const hmac = (text: string) => createHmac('sha256', secret).update(text).digest('hex');

export const SECRET = secret;
export const senders: Record<'smartlock' | 'kisi' | 'unifi' | 'seam', Sender> = {
  smartlock: {
    read: readSmartLock(secret),
    readUnsigned: readSmartLock(null),
    event: {
      event: { id: 'e1', occurred_at: '2026-11-24T09:00:00Z', user: { id: 'u1' }, lock: { id: 'l1', name: 'Front' } },
    },
    sign: standard('webhook'),
  },
  kisi: {
    read: readKisi({ webhookSecret: secret, placeId: null }),
    readUnsigned: readKisi({ webhookSecret: null, placeId: '7' }),
    event: {
      uuid: 'e1',
      type: 'lock.unlock',
      success: true,
      actor_type: 'User',
      actor_id: 12,
      object_type: 'Lock',
      object_id: 3,
      object_name: 'Front',
      place_id: 7,
      created_at: '2026-11-24T09:00:00Z',
    },
    sign: (body) => ({ 'x-signature': `sha256=${hmac(body)}` }),
  },
  unifi: {
    read: readUnifi(secret),
    readUnsigned: readUnifi(null),
    event: {
      event: 'access.door.unlock',
      event_object_id: 'e1',
      data: {
        actor: { id: 'u1', type: 'user' },
        location: { id: 'l1', name: 'Front' },
        object: { result: 'Access Granted', time: 1_795_510_800 },
      },
    },
    sign(body, now) {
      const seconds = Math.floor(now / 1000);
      return { signature: `t=${seconds},v1=${hmac(`${seconds}.${body}`)}` };
    },
  },
  seam: {
    read: readSeam(secret),
    readUnsigned: readSeam(null),
    event: {
      event_id: 'e1',
      event_type: 'lock.unlocked',
      occurred_at: '2026-11-24T09:00:00Z',
      device_id: 'd1',
      access_code_id: 'c1',
      user_identity_id: 'u1',
    },
    sign: standard('svix'),
  },
};
