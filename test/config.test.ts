import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Environment, loadConfig, readEnvironment, secretsOf } from '../src/config.ts';
import { LOCK_SYSTEMS, type Variable, variables } from '../src/config-variables.ts';

const KEY = 'a-key-of-enough-characters-1';
const OTHER_KEY = 'a-key-of-enough-characters-2';
const needed: Environment = {
  COBOT_SUBDOMAIN: 'co-up',
  COBOT_ACCESS_TOKEN: 'cobot-token-0123456789',
  SMARTLOCK_API_TOKEN: 'lock-token-0123456789',
  WEBHOOK_KEY: KEY,
};

function configOf(more: Environment = {}) {
  const loaded = loadConfig({ ...needed, ...more });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded;
}

function problemsOf(more: Environment): string[] {
  const loaded = loadConfig({ ...needed, ...more });
  return loaded.ok ? [] : loaded.problems;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-config-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('a configuration that is right', () => {
  it('needs four values and has a default for everything else', () => {
    const { config } = configOf();

    expect(config).toEqual({
      cobot: {
        subdomain: 'co-up',
        token: 'cobot-token-0123456789',
        url: 'https://co-up.cobot.me',
        wwwUrl: 'https://www.cobot.me',
        api2Url: 'https://api.cobot.me',
        callsPerMinute: 60,
      },
      locks: {
        system: 'smartlock',
        settings: {
          token: 'lock-token-0123456789',
          url: 'https://api.smartlock.com',
          callsPerMinute: 600,
          webhookSecret: null,
        },
      },
      publicUrl: null,
      webhookKeys: [KEY],
      lockWebhookKeys: [KEY],
      http: { host: '0.0.0.0', port: 3000 },
      databaseUrl: null,
      dataDir: './data',
      policy: { path: './access.yaml', named: false },
      sweepMinutes: 15,
      auditDays: 90,
      adminPassword: null,
      alerts: { webhookUrl: null, mail: null, quietHours: null },
      logLevel: 'info',
    });
  });

  it('takes every variable that there is', () => {
    const policy = join(folder, 'rules.yaml');
    writeFileSync(policy, 'version: 1\n');
    const secret = `whsec_${Buffer.from('a secret of a lock system').toString('base64')}`;
    const everything = {
      COBOT_SUBDOMAIN: 'Co-Up',
      COBOT_ACCESS_TOKEN: 't1',
      COBOT_URL: 'https://members.example.com/',
      COBOT_WWW_URL: 'http://127.0.0.1:1/www//',
      COBOT_API2_URL: 'http://127.0.0.1:2',
      COBOT_CALLS_PER_MINUTE: '120',
      LOCK_SYSTEM: 'SmartLock',
      SMARTLOCK_API_TOKEN: 't2',
      SMARTLOCK_URL: 'http://127.0.0.1:3/',
      SMARTLOCK_CALLS_PER_MINUTE: '900',
      SMARTLOCK_WEBHOOK_SECRET: secret,
      PUBLIC_URL: 'https://relay.example.com/doors/',
      WEBHOOK_KEY: ` ${KEY} , ${OTHER_KEY}`,
      LOCK_WEBHOOK_KEY: OTHER_KEY,
      PORT: '0',
      HOST: '::1',
      DATABASE_URL: 'postgres://relay:pass%20word@db.example.com:5433/relay?schema=north&sslmode=verify-full',
      DATA_DIR: folder,
      ACCESS_POLICY: policy,
      SWEEP_MINUTES: '1440',
      AUDIT_DAYS: '1',
      ADMIN_PASSWORD: ' with spaces ',
      ALERT_WEBHOOK_URL: 'https://chat.example.com/hooks/x',
      ALERT_EMAIL: 'desk@example.com',
      SMTP_URL: 'smtps://mail.example.com',
      ALERT_FROM: 'Relay <relay@example.com>',
      ALERT_QUIET_HOURS: '22:00-07:00',
      LOG_LEVEL: 'WARN',
    };

    const { config, warnings } = configOf(everything);

    expect(config).toEqual({
      cobot: {
        subdomain: 'co-up',
        token: 't1',
        url: 'https://members.example.com',
        wwwUrl: 'http://127.0.0.1:1/www',
        api2Url: 'http://127.0.0.1:2',
        callsPerMinute: 120,
      },
      locks: {
        system: 'smartlock',
        settings: { token: 't2', url: 'http://127.0.0.1:3', callsPerMinute: 900, webhookSecret: secret },
      },
      publicUrl: 'https://relay.example.com/doors',
      webhookKeys: [KEY, OTHER_KEY],
      lockWebhookKeys: [OTHER_KEY],
      http: { host: '::1', port: 0 },
      databaseUrl: everything.DATABASE_URL,
      dataDir: folder,
      policy: { path: policy, named: true },
      sweepMinutes: 1440,
      auditDays: 1,
      adminPassword: ' with spaces ',
      alerts: {
        webhookUrl: 'https://chat.example.com/hooks/x',
        mail: { smtpUrl: 'smtps://mail.example.com', to: ['desk@example.com'], from: 'Relay <relay@example.com>' },
        quietHours: { from: 1320, until: 420 },
      },
      logLevel: 'warn',
    });
    expect(warnings).toEqual([]);
    const usual = variables.filter(({ lockSystem = 'smartlock' }) => lockSystem === 'smartlock');
    expect(Object.keys(everything).sort()).toEqual(usual.map(({ name }) => name).sort());
  });

  it('treats an empty variable as one that is not set', () => {
    const empty = Object.fromEntries(variables.filter(({ required }) => !required).map(({ name }) => [name, ' ']));

    const { config } = configOf(empty);

    expect(config).toEqual(configOf().config);
  });

  it('cannot be changed, nor anything in it', () => {
    const { config } = configOf();

    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.locks.settings)).toBe(true);
    expect(Object.isFrozen(config.webhookKeys)).toBe(true);
  });

  it('warns of a PUBLIC_URL without encryption, and of none at all', () => {
    expect(configOf({ PUBLIC_URL: 'http://relay.example.com' }).warnings).toEqual([
      expect.stringContaining('PUBLIC_URL is http'),
    ]);
    expect(configOf().warnings).toEqual([expect.stringContaining('PUBLIC_URL is not set')]);
  });

  it('names every secret that a log has to hide', () => {
    const DATABASE_URL = 'postgres://relay:pass%20word@db.example.com/relay';
    const { config } = configOf({
      ADMIN_PASSWORD: 'open sesame, please',
      LOCK_WEBHOOK_KEY: OTHER_KEY,
      DATABASE_URL,
    });

    expect(secretsOf(config)).toEqual(
      expect.arrayContaining([
        DATABASE_URL,
        'pass%20word',
        'pass word',
        needed['COBOT_ACCESS_TOKEN'],
        needed['SMARTLOCK_API_TOKEN'],
        KEY,
        OTHER_KEY,
        'open sesame, please',
      ]),
    );
  });
});

describe('the settings of another lock system', () => {
  const kisi = { LOCK_SYSTEM: 'kisi', KISI_API_KEY: 'kisi-key', SMARTLOCK_API_TOKEN: '' };
  const pin = `${'ab:'.repeat(31)}AB`;
  const unifi = { LOCK_SYSTEM: 'UniFi', UNIFI_URL: 'https://192.168.1.1:12445/', UNIFI_API_TOKEN: 'unifi-token' };
  const seam = { LOCK_SYSTEM: 'seam', SEAM_API_KEY: 'seam_key' };

  it('are checked instead of those of SmartLock, and have defaults', () => {
    expect(configOf(kisi).config.locks).toEqual({
      system: 'kisi',
      settings: {
        token: 'kisi-key',
        url: 'https://api.kisi.io',
        webhookSecret: null,
        placeId: null,
        users: 'managed',
        windows: 'kisi',
      },
    });
    expect(configOf(unifi).config.locks).toEqual({
      system: 'unifi',
      settings: {
        token: 'unifi-token',
        url: 'https://192.168.1.1:12445',
        webhookSecret: null,
        certificate: null,
      },
    });
    expect(configOf(seam).config.locks).toEqual({
      system: 'seam',
      settings: {
        token: 'seam_key',
        url: 'https://connect.getseam.com',
        webhookSecret: null,
        accessMethods: ['mobile_key'],
      },
    });
  });

  it('take a fingerprint in every form in which one is printed', () => {
    const printed = [pin, pin.replaceAll(':', ''), `sha256 Fingerprint=${pin.toUpperCase()}`];

    const read = printed.map((text) => configOf({ ...unifi, UNIFI_CERTIFICATE_SHA256: text }).config.locks.settings);

    for (const settings of read) expect(settings).toMatchObject({ certificate: pin.toUpperCase() });
  });

  it('are secrets that a log has to hide', () => {
    expect(secretsOf(configOf({ ...kisi, KISI_WEBHOOK_SECRET: 'sign-key' }).config)).toEqual(
      expect.arrayContaining(['kisi-key', 'sign-key']),
    );
  });

  it.each([
    [{ ...kisi, KISI_API_KEY: '' }, 'KISI_API_KEY is not set'],
    [{ ...kisi, KISI_USERS: 'manged' }, 'KISI_USERS is no way to make users (did you mean "managed"?)'],
    [{ ...kisi, KISI_PLACE_ID: 'Berlin' }, 'KISI_PLACE_ID is not the number of a place'],
    [{ ...unifi, UNIFI_URL: '' }, 'UNIFI_URL is not set'],
    [{ ...unifi, UNIFI_CERTIFICATE_SHA256: 'ab:cd' }, 'UNIFI_CERTIFICATE_SHA256 is not a SHA-256 fingerprint'],
    [{ ...seam, SEAM_WEBHOOK_SECRET: 'secret' }, 'SEAM_WEBHOOK_SECRET is not "whsec_"'],
    [{ ...seam, SEAM_ACCESS_METHODS: 'code, magic' }, 'SEAM_ACCESS_METHODS names something else than code, card'],
  ])('are wrong: %o', (more, problem) => {
    expect(problemsOf(more)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('a configuration that is wrong', () => {
  it('names every problem at once, each with what is wrong and how to fix it', () => {
    const loaded = loadConfig({ SWEEP_MINUTES: 'often', PORT: '70000' });

    expect(loaded.ok ? [] : loaded.problems.sort()).toEqual([
      expect.stringMatching(/^COBOT_ACCESS_TOKEN is not set\. .*example COBOT_ACCESS_TOKEN=/),
      expect.stringMatching(/^COBOT_SUBDOMAIN is not set\. .*example COBOT_SUBDOMAIN=co-up/),
      expect.stringMatching(/^PORT is not a whole number from 0 to 65535\. .*example PORT=3000/),
      expect.stringMatching(/^SMARTLOCK_API_TOKEN is not set\. .*example SMARTLOCK_API_TOKEN=/),
      expect.stringMatching(/^SWEEP_MINUTES is not a whole number from 1 to 1440\. .*example SWEEP_MINUTES=15/),
      expect.stringMatching(/^WEBHOOK_KEY is not set\. .*openssl rand -hex 24/),
    ]);
  });

  it.each([
    ['COBOT_SUBDOMAIN', 'co-up.cobot.me', 'is not a subdomain'],
    ['COBOT_ACCESS_TOKEN', 'two words', 'has a space'],
    ['SMARTLOCK_API_TOKEN', 'a\nb', 'has a space'],
    ['WEBHOOK_KEY', 'short', 'is shorter than 24 characters'],
    ['WEBHOOK_KEY', `${KEY},short`, '(key 2 of 2) is shorter than 24 characters'],
    ['WEBHOOK_KEY', `${KEY},`, '(key 2 of 2) is shorter than 24 characters'],
    ['WEBHOOK_KEY', `${KEY}+/=`, 'has characters other than'],
    ['LOCK_WEBHOOK_KEY', 'short', 'is shorter than 24 characters'],
    ['SMARTLOCK_WEBHOOK_SECRET', 'c2VjcmV0', 'is not "whsec_"'],
    ['SMARTLOCK_WEBHOOK_SECRET', 'whsec_', 'is not "whsec_"'],
    ['SMARTLOCK_WEBHOOK_SECRET', 'whsec_no base64!', 'is not "whsec_"'],
    ['PUBLIC_URL', 'relay.example.com', 'is not an http or https address'],
    ['PUBLIC_URL', 'ftp://relay.example.com', 'is not an http or https address'],
    ['PUBLIC_URL', 'https://me:secret@relay.example.com', 'holds a user name or password'],
    ['COBOT_URL', 'https://co-up.cobot.me/?a=b', 'has a "?" or "#" part'],
    ['COBOT_API2_URL', 'https://api.cobot.me/#top', 'has a "?" or "#" part'],
    ['SMARTLOCK_URL', 'smartlock', 'is not an http or https address'],
    ['LOCK_SYSTEM', 'smartlok', 'did you mean "smartlock"?'],
    ['LOCK_SYSTEM', 'abracadabra', 'there are: smartlock'],
    ['LOG_LEVEL', 'wran', 'did you mean "warn"?'],
    ['PORT', '-1', 'is not a whole number'],
    ['PORT', '80.5', 'is not a whole number'],
    ['PORT', '0x50', 'is not a whole number'],
    ['HOST', 'http://0.0.0.0', 'is not a host name or address'],
    ['SWEEP_MINUTES', '0', 'is not a whole number from 1 to 1440'],
    ['SWEEP_MINUTES', '1441', 'is not a whole number from 1 to 1440'],
    ['ADMIN_PASSWORD', 'eleven char', 'is shorter than 12 characters'],
    ['AUDIT_DAYS', '0', 'is not a whole number'],
    ['AUDIT_DAYS', '1e3', 'is not a whole number'],
    ['DATABASE_URL', 'mysql://db/relay', 'is not a postgres:// address'],
    ['DATABASE_URL', 'db.example.com/relay', 'is not a postgres:// address'],
    ['DATABASE_URL', 'postgres:///relay', 'names no host'],
    ['DATABASE_URL', 'postgres://relay:pw@db', 'names no database'],
    ['DATABASE_URL', 'postgresql://relay:100%@db/relay', 'has a password with a "%"'],
    ['DATABASE_URL', 'postgres://db/relay?schema=no-such', 'has a schema that is not of small letters'],
  ])('%s=%s is one problem: it %s', (name, value, words) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(words)]);
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} .*\\. .+\\.$`))]);
  });

  it('is not what a missing policy file makes of it: one that was in force stays in force without its file', () => {
    expect(problemsOf({ ACCESS_POLICY: '/nowhere/my-access.yaml' })).toEqual([]);
  });

  it("asks for a lock system's own variables only where that system is in use", () => {
    const problems = problemsOf({ LOCK_SYSTEM: 'another', SMARTLOCK_API_TOKEN: '', SMARTLOCK_URL: 'nonsense' });

    expect(problems).toEqual([expect.stringMatching(/^LOCK_SYSTEM /)]);
  });

  it('never repeats a value, whichever variable a secret was pasted into', () => {
    // Not made of letters that the sentences are made of.
    const values = fc.string({ unit: fc.constantFrom('§', '?', '#', ',', '@', '4', '7'), minLength: 3, maxLength: 40 });
    const environments = fc.record(Object.fromEntries(variables.map(({ name }) => [name, values])));

    fc.assert(
      fc.property(environments, (env) => {
        const loaded = loadConfig(env);
        const printed = loaded.ok ? '' : loaded.problems.join('\n');
        for (const value of Object.values(env)) if (value.trim().length >= 3) expect(printed).not.toContain(value);
      }),
    );
  });
});

describe('the environment', () => {
  it('wins over the .env file, and what only the file has counts too', () => {
    const file = join(folder, '.env');
    writeFileSync(file, 'PORT=1\nHOST=from-the-file\n');
    vi.stubEnv('DOTENV_CONFIG_PATH', file);
    vi.stubEnv('PORT', '2');

    const env = readEnvironment();

    expect(env).toMatchObject({ PORT: '2', HOST: 'from-the-file' });
    expect(process.env['HOST']).not.toBe('from-the-file');
  });

  it('may have no .env file, but not one that cannot be read', () => {
    vi.stubEnv('DOTENV_CONFIG_PATH', join(folder, 'none'));
    expect(readEnvironment()).toMatchObject({ DOTENV_CONFIG_PATH: join(folder, 'none') });

    vi.stubEnv('DOTENV_CONFIG_PATH', folder);
    expect(() => readEnvironment()).toThrow('cannot be read');
  });
});

describe('what is written about the variables', () => {
  const example = new URL('../.env.example', import.meta.url);
  const readme = new URL('../README.md', import.meta.url);

  it('.env.example is made of the table (write it anew: vitest run test/config.test.ts -u)', async () => {
    await expect(envExample()).toMatchFileSnapshot(fileURLToPath(example));
  });

  it('.env.example asks for the required ones and leaves the rest as it is', () => {
    const set = parse(readFileSync(example));

    expect(set).toEqual(Object.fromEntries(variables.filter(isRequired).map(({ name }) => [name, ''])));
    expect(loadConfig({ ...set, ...needed }).ok).toBe(true);
  });

  it('the README names each of them', () => {
    const text = existsSync(readme) ? readFileSync(readme, 'utf8') : undefined;

    const missing = variables.filter(({ name }) => !text?.includes(`\`${name}\``)).map(({ name }) => name);

    expect(missing).toEqual([]);
  });
});

function envExample(): string {
  const intro = '# Copy to .env and fill in the first four. The environment wins over this file.\n';
  const rest = variables.filter((variable) => isUsual(variable) && !variable.required);
  const others = LOCK_SYSTEMS.filter((system) => system !== 'smartlock');
  const commented = (variable: Variable) => `${about(variable)}# ${variable.name}=${variable.default ?? ''}\n`;
  return [
    intro,
    ...variables.filter(isRequired).map((variable) => `${about(variable)}${variable.name}=\n`),
    '# From here on as it is unless you change it.\n',
    ...rest.map(commented),
    ...others.flatMap((system) => [
      `# Only with LOCK_SYSTEM=${system} (src/locks/${system}/README.md says where to get them).\n`,
      ...variables.filter(({ lockSystem }) => lockSystem === system).map(commented),
    ]),
  ].join('\n');
}

const isUsual = ({ lockSystem = 'smartlock' }: Variable) => lockSystem === 'smartlock';
const isRequired = (variable: Variable) => variable.required === true && isUsual(variable);

function about({ description, otherwise, required, lockSystem }: Variable): string {
  const needed = required && lockSystem !== undefined && lockSystem !== 'smartlock' ? 'Required. ' : '';
  const words = `${needed}${description}${otherwise ? ` Without it: ${otherwise}.` : ''}`;
  return words.replaceAll(/(.{1,110})(?:\s|$)/g, '# $1\n');
}
