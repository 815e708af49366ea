import { describe, expect, it } from 'vitest';
import { loadConfig, secretsOf } from '../src/config.ts';

const needed = {
  COBOT_SUBDOMAIN: 'co-up',
  COBOT_ACCESS_TOKEN: 'cobot-token-0123456789',
  SMARTLOCK_API_TOKEN: 'lock-token-0123456789',
  WEBHOOK_KEY: 'a-key-of-enough-characters-1',
};

describe('alerts', () => {
  const alerts = (more: Record<string, string>) => loadConfig({ ...needed, ...more });

  it('are none unless they are set', () => {
    expect(alerts({})).toMatchObject({
      ok: true,
      config: { alerts: { webhookUrl: null, mail: null, quietHours: null } },
    });
  });

  it('go by chat, by mail to several, and are quiet past midnight', () => {
    const loaded = alerts({
      ALERT_WEBHOOK_URL: 'https://chat.example.com/hooks/x?token=y',
      ALERT_EMAIL: 'desk@example.com, boss@example.com',
      SMTP_URL: 'smtp://relay:p%40ss-word@mail.example.com:587',
      ALERT_QUIET_HOURS: '22:00-07:30',
    });

    expect(loaded).toMatchObject({
      ok: true,
      config: {
        alerts: {
          webhookUrl: 'https://chat.example.com/hooks/x?token=y',
          mail: { to: ['desk@example.com', 'boss@example.com'], from: 'desk@example.com' },
          quietHours: { from: 1320, until: 450 },
        },
      },
    });
  });

  it.each([
    [{ ALERT_WEBHOOK_URL: 'chat.example.com' }, /^ALERT_WEBHOOK_URL is not an http/],
    [
      { ALERT_EMAIL: 'desk@example.com' },
      /^SMTP_URL is not set, and mail to ALERT_EMAIL needs it\. Give the mail server/,
    ],
    [{ ALERT_EMAIL: 'desk', SMTP_URL: 'smtp://mail.example.com' }, /^ALERT_EMAIL is no email address/],
    [{ SMTP_URL: 'https://mail.example.com' }, /^SMTP_URL is not an smtp/],
    [{ ALERT_FROM: 'a@b.example\nBcc: c@d.example' }, /^ALERT_FROM is no email address/],
    [{ ALERT_QUIET_HOURS: '22-7' }, /^ALERT_QUIET_HOURS is not from and until/],
    [{ ALERT_QUIET_HOURS: '25:00-07:00' }, /^ALERT_QUIET_HOURS is not from and until/],
    [{ ALERT_QUIET_HOURS: '07:00-07:00' }, /^ALERT_QUIET_HOURS begins and ends/],
  ])('are refused with what to do: %o', (more, words) => {
    const loaded = alerts(more);

    expect(loaded).toMatchObject({ ok: false, problems: [expect.stringMatching(words)] });
  });

  it('keep their addresses, the password and the way to the room secret', () => {
    const loaded = alerts({
      ALERT_WEBHOOK_URL: 'https://chat.example.com/hooks/x?token=y',
      ALERT_EMAIL: 'desk@example.com',
      SMTP_URL: 'smtp://relay:p%40ss-word@mail.example.com:587',
    });

    expect(loaded.ok && secretsOf(loaded.config)).toEqual(
      expect.arrayContaining([
        'smtp://relay:p%40ss-word@mail.example.com:587',
        'p@ss-word',
        'https://chat.example.com/hooks/x?token=y',
        '/hooks/x?token=y',
      ]),
    );
  });
});
