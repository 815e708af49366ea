// Cobot's own words out of an error body: three shapes of 422, {"error": ...}, and API 2's list of errors.
// For people only: they may come in any language, so nothing branches on them.

export function wordsOfCobot(body: unknown): string[] {
  if (typeof body === 'string') return [body];
  if (!isRecord(body)) return [];
  const { error, errors, message } = body;
  // API 2: {"errors": [{"detail", "title"?}]}
  if (Array.isArray(errors)) return errors.flatMap(wordsOfOne);
  // {"errors": {"field": "message"}} and {"errors": {"field": ["message"]}}
  if (isRecord(errors)) return wordsOfFields(errors);
  const named = [...texts(errors), ...wordsOfOne(error), ...texts(message)];
  if (named.length > 0) return named;
  // {"base": ["message"]} without a wrapper; a bare string might be the thing itself and no message about it
  return wordsOfFields(
    Object.fromEntries(Object.entries(body).filter(([field, value]) => field === 'base' || Array.isArray(value))),
  );
}

function wordsOfOne(one: unknown): string[] {
  if (!isRecord(one)) return texts(one);
  const { detail, title, message } = one;
  return [...texts(detail), ...texts(title), ...texts(message)].slice(0, 1);
}

function wordsOfFields(fields: Record<string, unknown>): string[] {
  return Object.entries(fields).flatMap(([field, value]) =>
    texts(value).map((text) => (field === 'base' ? text : `${field.slice(0, 40)}: ${text}`)),
  );
}

function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string');
  return typeof value === 'string' ? [value] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
