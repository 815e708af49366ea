// The environment, checked once and turned into a frozen, typed value. The only file that reads process.env; it prints
// nothing, and never repeats the value of a variable, since a secret may have been pasted into the wrong one.
import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { z } from 'zod';
import { alertsOf, lacksServer, OF_ALERTS, secretsOfAlerts } from './config-alerts.ts';
import { type LockSettings, OF_LOCK_SYSTEM } from './config-locks.ts';
import { oneOf, optional, passwordsIn, postgresUrl, text, token, url, whole } from './config-values.ts';
import { LOCK_SYSTEMS, LOG_LEVELS, variables } from './config-variables.ts';

const SHORTEST_KEY = 24;
/** The page opens doors for who guesses it, and stands on the internet. */
const SHORTEST_PASSWORD = 12;

export type Environment = Record<string, string | undefined>;

const keys = text.transform((list, context) => {
  const found = list.split(',').map((key) => key.trim());
  for (const [index, key] of found.entries()) {
    const which = found.length > 1 ? `(key ${index + 1} of ${found.length}) ` : '';
    if (key.length < SHORTEST_KEY) context.addIssue(`${which}is shorter than ${SHORTEST_KEY} characters`);
    else if (!/^[\w.~-]+$/.test(key)) context.addIssue(`${which}has characters other than A-Z a-z 0-9 - . _ ~`);
  }
  return [...new Set(found)];
});

const COMMON = {
  COBOT_SUBDOMAIN: text.regex(/^[a-z0-9-]+$/i, 'is not a subdomain').toLowerCase(),
  COBOT_ACCESS_TOKEN: token,
  WEBHOOK_KEY: keys,
  LOCK_WEBHOOK_KEY: optional(keys),
  PUBLIC_URL: optional(url),
  LOCK_SYSTEM: oneOf(LOCK_SYSTEMS, 'lock system that the relay knows'),
  COBOT_URL: url,
  COBOT_WWW_URL: url,
  COBOT_API2_URL: url,
  COBOT_CALLS_PER_MINUTE: whole(10, 100_000),
  PORT: whole(0, 65_535),
  HOST: text.regex(/^[\w.:%-]+$/, 'is not a host name or address'),
  DATABASE_URL: optional(postgresUrl),
  DATA_DIR: text,
  ACCESS_POLICY: text,
  SWEEP_MINUTES: whole(1, 1440),
  AUDIT_DAYS: whole(1, 36_500),
  ADMIN_PASSWORD: optional(text.min(SHORTEST_PASSWORD, `is shorter than ${SHORTEST_PASSWORD} characters`)),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'log level'),
  ...OF_ALERTS,
};

export type Config = ReturnType<typeof assemble>;
export type LoadedConfig = { ok: true; config: Config; warnings: string[] } | { ok: false; problems: string[] };

/** Every problem at once, as "NAME what is wrong. What to do". An empty variable is one that is not set. */
export function loadConfig(env: Environment): LoadedConfig {
  const input = withDefaults(env);
  const common = z.object(COMMON).safeParse(input);
  const system = COMMON.LOCK_SYSTEM.safeParse(input['LOCK_SYSTEM']);
  const vendor = system.success ? OF_LOCK_SYSTEM[system.data].safeParse(input) : undefined;
  const named = isSet(env['ACCESS_POLICY']);

  const noServer = lacksServer(env) ? [problem('SMTP_URL', 'is not set, and mail to ALERT_EMAIL needs it')] : [];
  if (common.success && vendor?.success && noServer.length === 0) {
    const config = assemble(common.data, vendor.data, named);
    return { ok: true, config, warnings: warningsOf(config) };
  }
  const issues = [...(common.error?.issues ?? []), ...(vendor?.error?.issues ?? [])];
  const problems = [...new Set(issues.map((issue) => problem(String(issue.path[0]), issue.message)).concat(noServer))];
  return { ok: false, problems };
}

type WebhookConfig = Pick<Config, 'cobot' | 'webhookKeys'> & { publicUrl: string };
export type LoadedWebhookConfig =
  | { ok: true; config: WebhookConfig; warnings: string[] }
  | { ok: false; problems: string[] };

/** What registering webhooks at Cobot takes, and no more: the locks and the database need not be there yet. */
export function loadWebhookConfig(env: Environment): LoadedWebhookConfig {
  const { COBOT_SUBDOMAIN, COBOT_ACCESS_TOKEN, COBOT_URL, COBOT_WWW_URL, COBOT_API2_URL } = COMMON;
  const { COBOT_CALLS_PER_MINUTE, WEBHOOK_KEY } = COMMON;
  const cobot = {
    COBOT_SUBDOMAIN,
    COBOT_ACCESS_TOKEN,
    COBOT_URL,
    COBOT_WWW_URL,
    COBOT_API2_URL,
    COBOT_CALLS_PER_MINUTE,
  };
  const needed = { ...cobot, WEBHOOK_KEY };
  const checked = z.object({ ...needed, PUBLIC_URL: url }).safeParse(withDefaults(env));
  if (!checked.success) {
    return { ok: false, problems: checked.error.issues.map(({ path, message }) => problem(String(path[0]), message)) };
  }
  const { PUBLIC_URL: publicUrl, WEBHOOK_KEY: webhookKeys } = checked.data;
  const config = freeze({ cobot: cobotOf(checked.data), publicUrl, webhookKeys });
  return { ok: true, config, warnings: warningsOf(config) };
}

export type LoadedLockConfig = { ok: true; locks: LockSettings } | { ok: false; problems: string[] };

/** What one lock system needs, whatever LOCK_SYSTEM says. */
export function loadLockConfig(env: Environment, system: LockSettings['system']): LoadedLockConfig {
  const checked = OF_LOCK_SYSTEM[system].safeParse(withDefaults(env));
  if (checked.success) return { ok: true, locks: freeze(checked.data) };
  return { ok: false, problems: checked.error.issues.map(({ path, message }) => problem(String(path[0]), message)) };
}

/** What may never reach a log. */
export function secretsOf(config: Config): string[] {
  const { token, webhookSecret } = config.locks.settings;
  const single = [config.cobot.token, token, webhookSecret, config.adminPassword, config.databaseUrl];
  return [
    ...single.filter((secret) => secret !== null),
    ...passwordsIn(config.databaseUrl ?? ''),
    ...config.webhookKeys,
    ...config.lockWebhookKeys,
    ...secretsOfAlerts(config.alerts),
  ];
}

/**
 * The process's environment over the `.env` of the current folder (another file: DOTENV_CONFIG_PATH). A variable that
 * is set to nothing hides the one in the file. Throws where the file is there and cannot be read.
 */
export function readEnvironment(): Environment {
  const path = process.env['DOTENV_CONFIG_PATH'] || '.env';
  return { ...parse(readIfThere(path)), ...process.env };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new Error(`${path} is there and cannot be read: make it a readable file, or remove it`, { cause: error });
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

function withDefaults(env: Environment): Environment {
  const subdomain = env['COBOT_SUBDOMAIN']?.trim().toLowerCase() ?? '';
  // A wrong subdomain is one problem, not one more for each address that is made of it.
  const host = /^[a-z0-9-]+$/.test(subdomain) ? subdomain : 'space';
  return Object.fromEntries(
    variables.map(({ name, default: otherwise }) => {
      const value = env[name];
      if (!isSet(value)) return [name, otherwise?.replace('<subdomain>', host)];
      return [name, name === 'ADMIN_PASSWORD' ? value : value.trim()];
    }),
  );
}

function problem(name: string, what: string): string {
  return `${name} ${what}. ${variables.find((variable) => variable.name === name)?.fix}.`;
}

type Checked<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>;

type CobotVariables = Pick<
  Checked<typeof COMMON>,
  'COBOT_SUBDOMAIN' | 'COBOT_ACCESS_TOKEN' | 'COBOT_URL' | 'COBOT_WWW_URL' | 'COBOT_API2_URL' | 'COBOT_CALLS_PER_MINUTE'
>;

function cobotOf(common: CobotVariables) {
  return {
    subdomain: common.COBOT_SUBDOMAIN,
    token: common.COBOT_ACCESS_TOKEN,
    url: common.COBOT_URL,
    wwwUrl: common.COBOT_WWW_URL,
    api2Url: common.COBOT_API2_URL,
    callsPerMinute: common.COBOT_CALLS_PER_MINUTE,
  };
}

function assemble(common: Checked<typeof COMMON>, locks: LockSettings, named: boolean) {
  return freeze({
    cobot: cobotOf(common),
    locks,
    publicUrl: common.PUBLIC_URL,
    webhookKeys: common.WEBHOOK_KEY,
    lockWebhookKeys: common.LOCK_WEBHOOK_KEY ?? common.WEBHOOK_KEY,
    http: { host: common.HOST, port: common.PORT },
    databaseUrl: common.DATABASE_URL,
    dataDir: common.DATA_DIR,
    policy: { path: common.ACCESS_POLICY, named },
    sweepMinutes: common.SWEEP_MINUTES,
    auditDays: common.AUDIT_DAYS,
    adminPassword: common.ADMIN_PASSWORD,
    alerts: alertsOf(common),
    logLevel: common.LOG_LEVEL,
  });
}

function freeze<T extends object>(value: T): Readonly<T> {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}

function warningsOf(config: Pick<Config, 'publicUrl'>): string[] {
  if (config.publicUrl === null) {
    return [
      'PUBLIC_URL is not set: the webhooks at Cobot cannot be set up or mended. Set it to where Cobot reaches the relay.',
    ];
  }
  if (config.publicUrl.startsWith('https:')) return [];
  return ['PUBLIC_URL is http: webhooks and their key travel unencrypted. Put the relay behind https.'];
}
