// What each lock system needs of the environment: a new one is an entry here and its rows in config-variables.ts.
import { z } from 'zod';
import { oneOf, optional, text, token, url, whole } from './config-values.ts';

const signingSecret = text.refine((secret) => {
  const [, base64 = ''] = /^whsec_(.+)$/.exec(secret) ?? [];
  return base64 !== '' && Buffer.from(base64, 'base64').toString('base64') === base64;
}, 'is not "whsec_" with base64 behind it');

/** As openssl prints it, or without the colons; kept as Node gives it, "AB:CD:...". */
const fingerprint = text
  .transform((printed) => printed.replace(/^.*=/, '').replaceAll(':', '').toUpperCase())
  .refine((hex) => /^[0-9A-F]{64}$/.test(hex), 'is not a SHA-256 fingerprint')
  .transform((hex) => hex.replace(/..(?!$)/g, '$&:'));

const ACCESS_METHODS = ['code', 'card', 'mobile_key', 'cloud_key'] as const;
const accessMethods = text
  .transform((list) => [...new Set(list.split(',').map((each) => each.trim().toLowerCase()))])
  .pipe(z.array(z.enum(ACCESS_METHODS, `names something else than ${ACCESS_METHODS.join(', ')}`)).nonempty());

// Checked, and required, only for the lock system in use.
export const OF_LOCK_SYSTEM = {
  smartlock: z
    .object({
      SMARTLOCK_API_TOKEN: token,
      SMARTLOCK_URL: url,
      SMARTLOCK_CALLS_PER_MINUTE: whole(10, 100_000),
      SMARTLOCK_WEBHOOK_SECRET: optional(signingSecret),
    })
    .transform((set) => ({
      system: 'smartlock' as const,
      settings: {
        token: set.SMARTLOCK_API_TOKEN,
        url: set.SMARTLOCK_URL,
        callsPerMinute: set.SMARTLOCK_CALLS_PER_MINUTE,
        webhookSecret: set.SMARTLOCK_WEBHOOK_SECRET,
      },
    })),
  kisi: z
    .object({
      KISI_API_KEY: token,
      KISI_WEBHOOK_SECRET: optional(text),
      KISI_PLACE_ID: optional(text.regex(/^\d{1,15}$/, 'is not the number of a place')),
      KISI_USERS: oneOf(['managed', 'invited'], 'way to make users'),
      KISI_WINDOWS: oneOf(['kisi', 'relay'], 'place to keep windows'),
      KISI_URL: url,
    })
    .transform((set) => ({
      system: 'kisi' as const,
      settings: {
        token: set.KISI_API_KEY,
        url: set.KISI_URL,
        webhookSecret: set.KISI_WEBHOOK_SECRET,
        placeId: set.KISI_PLACE_ID,
        users: set.KISI_USERS,
        windows: set.KISI_WINDOWS,
      },
    })),
  unifi: z
    .object({
      UNIFI_URL: url,
      UNIFI_API_TOKEN: token,
      UNIFI_CERTIFICATE_SHA256: optional(fingerprint),
      UNIFI_WEBHOOK_SECRET: optional(text),
    })
    .transform((set) => ({
      system: 'unifi' as const,
      settings: {
        token: set.UNIFI_API_TOKEN,
        url: set.UNIFI_URL,
        certificate: set.UNIFI_CERTIFICATE_SHA256,
        webhookSecret: set.UNIFI_WEBHOOK_SECRET,
      },
    })),
  seam: z
    .object({
      SEAM_API_KEY: token,
      SEAM_WEBHOOK_SECRET: optional(signingSecret),
      SEAM_ACCESS_METHODS: accessMethods,
      SEAM_URL: url,
    })
    .transform((set) => ({
      system: 'seam' as const,
      settings: {
        token: set.SEAM_API_KEY,
        url: set.SEAM_URL,
        webhookSecret: set.SEAM_WEBHOOK_SECRET,
        accessMethods: set.SEAM_ACCESS_METHODS,
      },
    })),
};
export type LockSettings = z.output<(typeof OF_LOCK_SYSTEM)[keyof typeof OF_LOCK_SYSTEM]>;
