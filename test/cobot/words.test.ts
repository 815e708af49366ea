import { expect, it } from 'vitest';
import { wordsOfCobot } from '../../src/cobot/words.ts';

it.each([
  [{ errors: { base: 'No time passes left.' } }, ['No time passes left.']],
  [{ errors: { token: ['is taken', 'is odd'] } }, ['token: is taken', 'token: is odd']],
  [{ base: ['No time passes left.'] }, ['No time passes left.']],
  [{ error: 'Suspended' }, ['Suspended']],
  [{ error: { message: 'Nested' } }, ['Nested']],
  [{ message: 'Plain' }, ['Plain']],
  [
    { errors: [{ detail: 'No time passes left.', source: { pointer: '/data' } }, { title: 'T' }, 'bare'] },
    ['No time passes left.', 'T', 'bare'],
  ],
  [{ errors: 'one' }, ['one']],
  [{ errors: { base: 7, from: [null, 'bad'] } }, ['from: bad']],
  [{ id: 'c1', token: '0815' }, []],
  [['a'], []],
  [undefined, []],
  [null, []],
  [42, []],
])('reads the words of %j', (body, words) => {
  expect(wordsOfCobot(body)).toEqual(words);
});
