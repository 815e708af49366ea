import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyCheck } from '../../src/webhooks/verify.ts';

describe('the key in a callback URL', () => {
  it('is taken when it is one of ours, and only then', () => {
    const key = fc.stringMatching(/^[\w.~-]{1,40}$/);

    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), key, (keys, given) => {
        const admits = createKeyCheck(keys);
        for (const each of keys) expect(admits(each)).toBe(true);
        expect(admits(given)).toBe(keys.includes(given));
      }),
    );
  });

  it.each([undefined, null, '', 7, ['the-key'], ['the-key', 'the-key'], { 0: 'the-key' }])(
    'is refused as %j',
    (given) => {
      expect(createKeyCheck(['the-key'])(given)).toBe(false);
    },
  );
});
