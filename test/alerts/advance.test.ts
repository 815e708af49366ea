import { describe, expect, it } from 'vitest';
import { compose } from '../../src/alerts/message.ts';
import { condition, lookThrough, MINUTE, minutes } from './looks.ts';

const sweep = condition('sweep');
const hold = condition('hold');
const brief = (told: { what: string; key: string }[]) => told.map(({ what, key }) => `${what} ${key}`);

describe('an alert', () => {
  it('is told at once, once, and told to be over once it has been for five minutes', () => {
    const { told, alerts } = lookThrough([...minutes(10, [sweep]), ...minutes(10, [])]);

    expect(told.map(({ at, what }) => [at / MINUTE, what])).toEqual([
      [0, 'new'],
      [15, 'over'],
    ]);
    expect(alerts).toEqual([]);
  });

  it('is one, however often it comes and goes', () => {
    const blinking = Array.from({ length: 60 }, (_, minute) => ({
      present: minute % 3 === 0 ? [sweep] : [],
      isQuiet: false,
    }));

    expect(brief(lookThrough(blinking).told)).toEqual(['new sweep']);
  });

  it('is told again after a day', () => {
    expect(brief(lookThrough(minutes(24 * 60 + 2, [hold])).told)).toEqual(['new hold', 'still hold']);
  });

  it('waits for the morning where it is not urgent, and is told then even if it is over by then', () => {
    const night = [...minutes(30, [hold], true), ...minutes(30, [], true)];

    const { told } = lookThrough([...night, ...minutes(2, [])]);

    expect(told.map(({ at, what, key }) => [at / MINUTE, what, key])).toEqual([[60, 'past', 'hold']]);
  });

  it('wakes somebody where it is urgent', () => {
    expect(brief(lookThrough(minutes(3, [sweep, hold, condition('token', 'token:cobot')], true)).told)).toEqual([
      'new sweep',
      'new token:cobot',
    ]);
  });

  it('of a refused member is not told to be over, nor a second time', () => {
    const ada = condition('refused', 'refused:ada');

    const { told, alerts } = lookThrough([...minutes(24 * 60 + 5, [ada]), ...minutes(10, [])]);

    expect(brief(told)).toEqual(['new refused:ada']);
    expect(alerts).toEqual([]);
  });
});

describe('a storm', () => {
  const member = (number: number) => ({ ...condition('refused', `refused:${number}`), who: `Member ${number}` });
  const members = Array.from({ length: 40 }, (_, index) => member(index + 1));
  const terms = { space: 'co-up', page: 'https://relay.example.com/admin', show: (at: number) => `${at / MINUTE}` };

  it('of forty refused members is one message with some names', () => {
    const { messages } = lookThrough(minutes(5, members));

    expect(messages).toHaveLength(1);
    const { title, text } = compose(messages[0] ?? [], terms);
    expect(title).toMatch(/^\[co-up\] 40 members were refused at check-in: Member 1, Member 2/);
    expect(text).toBe(
      '40 members were refused at check-in: Member 1, Member 2, Member 3, Member 4, Member 5, Member 6, Member 7, Member 8, Member 9, Member 10 and 30 more (since 0).\n\nhttps://relay.example.com/admin',
    );
  });

  it('that comes one by one is a message every quarter of an hour, and nobody is left out', () => {
    const oneByOne = Array.from({ length: 60 }, (_, minute) => ({
      present: members.slice(0, minute + 1),
      isQuiet: false,
    }));

    const { messages, told } = lookThrough(oneByOne);

    expect(messages.map((news) => news.length)).toEqual([1, 15, 15, 9]);
    expect(new Set(told.map(({ key }) => key)).size).toBe(40);
  });

  it('of different things is one message with a line for each', () => {
    const [news = []] = lookThrough(minutes(1, [sweep, hold])).messages;

    expect(compose(news, { ...terms, page: null })).toEqual({
      title: '[co-up] sweep is so (since 0). (and 1 thing more)',
      text: 'sweep is so (since 0).\nhold is so (since 0).',
    });
  });
});
