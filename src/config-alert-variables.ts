// The variables about alerts, in the form of config-variables.ts. What they may hold is in config-alerts.ts.
export const alertVariables = [
  {
    name: 'ALERT_WEBHOOK_URL',
    secret: true,
    otherwise: 'nobody is told by chat',
    description: 'The incoming webhook of a chat tool, for alerts: Slack, Mattermost, Discord, Google Chat, Teams, ...',
    fix: 'Copy the https address that the chat tool gave, or leave it out',
  },
  {
    name: 'ALERT_EMAIL',
    otherwise: 'nobody is told by mail',
    description: 'Who gets alerts by mail; several with commas. Needs SMTP_URL.',
    fix: 'Give an address, for example ALERT_EMAIL=desk@example.com, or leave it out',
  },
  {
    name: 'SMTP_URL',
    secret: true,
    otherwise: 'no mail',
    description:
      'The mail server, with what it wants to be signed in with: smtp://user:password@host:587, or smtps://.',
    fix: 'Give the mail server, for example SMTP_URL=smtps://user:password@mail.example.com',
  },
  {
    name: 'ALERT_FROM',
    otherwise: 'the first of ALERT_EMAIL',
    description: 'The sender of the mails.',
    fix: 'Give an address that the mail server may send from, for example ALERT_FROM=relay@example.com',
  },
  {
    name: 'ALERT_QUIET_HOURS',
    otherwise: 'at any time',
    description: 'When only urgent alerts are sent, by the clock of the space: 22:00-07:00.',
    fix: 'Give from and until, for example ALERT_QUIET_HOURS=22:00-07:00, or leave it out',
  },
] as const;
