// Every environment variable, as data: what it means, its default, and how to mend it. config.ts checks them by it;
// .env.example and the README's table are held against it in the tests.
import { alertVariables } from './config-alert-variables.ts';

export const LOCK_SYSTEMS = ['smartlock', 'kisi', 'unifi', 'seam'] as const;
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type Variable = {
  name: string;
  /** Printed behind every problem: what to do, with an example. */
  fix: string;
  description: string;
  required?: true;
  /** Checked, and required, only while LOCK_SYSTEM names it. */
  lockSystem?: (typeof LOCK_SYSTEMS)[number];
  secret?: true;
  /** Used when the variable is not set. */
  default?: string;
  /** What happens without it, where there is no default. */
  otherwise?: string;
};

const fixForUrl = (name: string, example: string) => `Give a full address, for example ${name}=${example}`;

/** In the order of .env.example and of the README's table. */
export const variables: readonly Variable[] = [
  {
    name: 'COBOT_SUBDOMAIN',
    required: true,
    description: 'The space: the part before .cobot.me in its address.',
    fix: 'Give the part before .cobot.me in the address of your space, for example COBOT_SUBDOMAIN=co-up',
  },
  {
    name: 'COBOT_ACCESS_TOKEN',
    required: true,
    secret: true,
    description: 'The OAuth token of the space (not of a person, who may lose admin rights).',
    fix: 'Give the access token of your space, as Cobot shows it, for example COBOT_ACCESS_TOKEN=0123abcd',
  },
  {
    name: 'SMARTLOCK_API_TOKEN',
    lockSystem: 'smartlock',
    required: true,
    secret: true,
    description: "SmartLock's API token, sent as the header X-Api-Token.",
    fix: "Give the API token from SmartLock's console, for example SMARTLOCK_API_TOKEN=0123abcd",
  },
  {
    name: 'WEBHOOK_KEY',
    required: true,
    secret: true,
    description:
      'Unguessable key in every callback URL, at least 24 characters (make one: openssl rand -hex 24). ' +
      'A comma-separated list while rotating: all are taken, the first goes into new URLs.',
    fix: 'Make one with "openssl rand -hex 24"; while rotating, WEBHOOK_KEY=new,old',
  },
  {
    name: 'LOCK_WEBHOOK_KEY',
    secret: true,
    otherwise: 'the same as WEBHOOK_KEY',
    description: "The key of /lock_open alone, since that URL stands at another vendor's.",
    fix: 'Make one with "openssl rand -hex 24", or leave it out to use WEBHOOK_KEY',
  },
  {
    name: 'SMARTLOCK_WEBHOOK_SECRET',
    lockSystem: 'smartlock',
    secret: true,
    otherwise: 'only the key is checked',
    description: 'whsec_...: then lock-open webhooks have to be signed (Standard Webhooks), besides the key.',
    fix: "Copy it whole from SmartLock's console: SMARTLOCK_WEBHOOK_SECRET=whsec_ and base64 behind it",
  },
  {
    name: 'PUBLIC_URL',
    otherwise: '"subscribe" cannot run, and the service cannot mend subscriptions',
    description: 'Where Cobot reaches the relay; may have a path.',
    fix: fixForUrl('PUBLIC_URL', 'https://relay.example.com'),
  },
  {
    name: 'LOCK_SYSTEM',
    default: 'smartlock',
    description: `The lock system: ${LOCK_SYSTEMS.join(', ')}.`,
    fix: 'Give one of these, for example LOCK_SYSTEM=kisi',
  },
  {
    name: 'COBOT_URL',
    default: 'https://<subdomain>.cobot.me',
    description: "The space's base URL, where it has a domain of its own.",
    fix: fixForUrl('COBOT_URL', 'https://co-up.cobot.me'),
  },
  {
    name: 'COBOT_WWW_URL',
    default: 'https://www.cobot.me',
    description: 'Base URL of what belongs to no space; another one for tests.',
    fix: fixForUrl('COBOT_WWW_URL', 'https://www.cobot.me'),
  },
  {
    name: 'COBOT_API2_URL',
    default: 'https://api.cobot.me',
    description: 'Base URL of API 2; another one for tests.',
    fix: fixForUrl('COBOT_API2_URL', 'https://api.cobot.me'),
  },
  {
    name: 'COBOT_CALLS_PER_MINUTE',
    default: '60',
    description: 'Calls that Cobot allows on one endpoint; the list of memberships has a tenth of it.',
    fix: 'Give a whole number from 10 to 100000, and more than 60 only where Cobot allows your space more',
  },
  {
    name: 'SMARTLOCK_URL',
    lockSystem: 'smartlock',
    default: 'https://api.smartlock.com',
    description: "SmartLock's base URL; another one for tests.",
    fix: fixForUrl('SMARTLOCK_URL', 'https://api.smartlock.com'),
  },
  {
    name: 'SMARTLOCK_CALLS_PER_MINUTE',
    lockSystem: 'smartlock',
    default: '600',
    description: 'Calls that SmartLock allows with one token.',
    fix: 'Give a whole number from 10 to 100000, and more than 600 only where SmartLock allows you more',
  },
  {
    name: 'KISI_API_KEY',
    lockSystem: 'kisi',
    required: true,
    secret: true,
    description: "Kisi's API key, of the organization's owner.",
    fix: "Make one in Kisi's dashboard, for example KISI_API_KEY=0123abcd",
  },
  {
    name: 'KISI_WEBHOOK_SECRET',
    lockSystem: 'kisi',
    secret: true,
    otherwise: 'only the key is checked',
    description: 'The signature key of the event webhook: then its deliveries have to be signed, besides the key.',
    fix: 'Copy it from the event webhook in Kisi, for example KISI_WEBHOOK_SECRET=0123abcd',
  },
  {
    name: 'KISI_PLACE_ID',
    lockSystem: 'kisi',
    otherwise: 'groups of every place',
    description: 'Only groups of this place are locks of the relay.',
    fix: "Give the number of the place in Kisi's address bar, for example KISI_PLACE_ID=123, or leave it out",
  },
  {
    name: 'KISI_USERS',
    lockSystem: 'kisi',
    default: 'managed',
    description: 'managed: nobody gets a mail, people open with cards or links; invited: Kisi invites them to its app.',
    fix: 'Give one of these, for example KISI_USERS=invited',
  },
  {
    name: 'KISI_WINDOWS',
    lockSystem: 'kisi',
    default: 'kisi',
    description:
      'kisi: assignments carry from and until, which hold while the relay is down; relay: timers open and shut.',
    fix: 'Give one of these, for example KISI_WINDOWS=relay',
  },
  {
    name: 'KISI_URL',
    lockSystem: 'kisi',
    default: 'https://api.kisi.io',
    description: "Kisi's base URL; another one for tests.",
    fix: fixForUrl('KISI_URL', 'https://api.kisi.io'),
  },
  {
    name: 'UNIFI_URL',
    lockSystem: 'unifi',
    required: true,
    description: 'The UniFi Access console, as the relay reaches it.',
    fix: fixForUrl('UNIFI_URL', 'https://192.168.1.1:12445'),
  },
  {
    name: 'UNIFI_API_TOKEN',
    lockSystem: 'unifi',
    required: true,
    secret: true,
    description: "The API token made in UniFi Access's settings.",
    fix: "Make one in UniFi Access's settings, for example UNIFI_API_TOKEN=0123abcd",
  },
  {
    name: 'UNIFI_CERTIFICATE_SHA256',
    lockSystem: 'unifi',
    otherwise: "the console's certificate has to be one that this machine trusts",
    description: "SHA-256 fingerprint of the console's own certificate; any other is refused.",
    fix: 'Give 32 pairs of hexadecimal digits, as "openssl x509 -noout -fingerprint -sha256" prints them',
  },
  {
    name: 'UNIFI_WEBHOOK_SECRET',
    lockSystem: 'unifi',
    secret: true,
    otherwise: 'only the key is checked',
    description:
      'The secret that the console gave with the webhook: then its deliveries have to be signed, besides the key.',
    fix: 'Copy it from the answer that made the webhook, for example UNIFI_WEBHOOK_SECRET=0123abcd',
  },
  {
    name: 'SEAM_API_KEY',
    lockSystem: 'seam',
    required: true,
    secret: true,
    description: "Seam's API key of one workspace.",
    fix: "Make one in Seam's console, for example SEAM_API_KEY=seam_0123abcd",
  },
  {
    name: 'SEAM_WEBHOOK_SECRET',
    lockSystem: 'seam',
    secret: true,
    otherwise: 'only the key is checked',
    description: 'whsec_...: then the deliveries of the webhook have to be signed (Svix), besides the key.',
    fix: "Copy it whole from Seam's console: SEAM_WEBHOOK_SECRET=whsec_ and base64 behind it",
  },
  {
    name: 'SEAM_ACCESS_METHODS',
    lockSystem: 'seam',
    default: 'mobile_key',
    description: 'What members open entrances with, separated by commas: code, card, mobile_key, cloud_key.',
    fix: 'Give some of these, for example SEAM_ACCESS_METHODS=mobile_key,code',
  },
  {
    name: 'SEAM_URL',
    lockSystem: 'seam',
    default: 'https://connect.getseam.com',
    description: "Seam's base URL; another one for tests.",
    fix: fixForUrl('SEAM_URL', 'https://connect.getseam.com'),
  },
  {
    name: 'PORT',
    default: '3000',
    description: 'The port to listen on; 0 takes a free one.',
    fix: 'Give a whole number from 0 to 65535, for example PORT=3000',
  },
  {
    name: 'HOST',
    default: '0.0.0.0',
    description: 'The address to listen on.',
    fix: 'Give an address of this machine, for example HOST=0.0.0.0',
  },
  {
    name: 'DATABASE_URL',
    secret: true,
    otherwise: 'SQLite in DATA_DIR',
    description: 'PostgreSQL, for more than one process.',
    fix: 'Give an address such as DATABASE_URL=postgres://relay:password@db.example.com:5432/relay, or leave it out: everything is then in one SQLite file in DATA_DIR',
  },
  {
    name: 'DATA_DIR',
    default: './data',
    description: 'The folder of the SQLite file.',
    fix: 'Give a folder that the relay may write to, for example DATA_DIR=./data',
  },
  {
    name: 'ACCESS_POLICY',
    default: './access.yaml',
    description: 'The access policy. At the default place it may be missing: then every member may open every lock.',
    fix: 'Give a readable file, for example ACCESS_POLICY=./access.yaml, or leave it out',
  },
  {
    name: 'SWEEP_MINUTES',
    default: '15',
    description: 'Minutes from one sweep of the whole space to the next.',
    fix: 'Give a whole number from 1 to 1440, for example SWEEP_MINUTES=15',
  },
  {
    name: 'AUDIT_DAYS',
    default: '90',
    description: 'Days for which the audit trail is kept.',
    fix: 'Give a whole number from 1 to 36500, for example AUDIT_DAYS=90',
  },
  {
    name: 'ADMIN_PASSWORD',
    secret: true,
    otherwise: 'the page is off',
    description: "Password of the operator's page, /admin, at least 12 characters.",
    fix: 'Make one with "openssl rand -base64 18", or leave it out to keep the page off',
  },
  ...alertVariables,
  {
    name: 'LOG_LEVEL',
    default: 'info',
    description: `How much is logged: ${LOG_LEVELS.join(', ')}.`,
    fix: 'Give one of these, for example LOG_LEVEL=info',
  },
];
