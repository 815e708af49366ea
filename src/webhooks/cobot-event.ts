// A webhook of Cobot: JSON in, what to store and which job follows out. Only broken JSON is refused; whatever else is
// authentic is kept, since a refusal would burn Cobot's tries and in the end the subscription.
import { readCobotHint } from './events.ts';
import type { Reader, ReadWebhook } from './reader.ts';

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;
const CHARSETS = ['', 'charset=utf-8', 'charset=utf8', 'charset=us-ascii'];

export const cobotReader: Reader = {
  takesType(contentType) {
    const [type = '', ...parameters] = contentType
      .toLowerCase()
      .replaceAll('"', '')
      .split(';')
      .map((part) => part.trim());
    const charset = parameters.find((parameter) => parameter.startsWith('charset=')) ?? '';
    // Cobot's content type is documented nowhere, so none at all is taken for JSON.
    return (type === '' || JSON_TYPE.test(type)) && CHARSETS.includes(charset);
  },

  read({ event, raw, now }): ReadWebhook {
    const parsed = parseJson(raw);
    if (!parsed.ok)
      return { ok: false, answer: { status: 400, code: 'broken_json', message: 'The body is not JSON.' } };
    const hint = readCobotHint(event, parsed.value, now);
    const { understood, subject } = hint;
    return {
      ok: true,
      delivery: { source: 'cobot', event, body: parsed.text, understood, subject },
      jobs: hint.understood ? [hint.job] : [],
    };
  },
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(raw: Buffer): { ok: true; value: unknown; text: string } | { ok: false } {
  try {
    const text = utf8.decode(raw);
    const value: unknown = JSON.parse(text);
    return { ok: true, value, text };
  } catch {
    return { ok: false };
  }
}
