// How UniFi Access answers: one envelope for all, in two dialects, with HTTP 200 even for most refusals; pages stand
// at its top level. What a page cannot be is refused.
import type { Answer, Seen } from '../exchange.ts';
import type { NotThereCode, UnifiSwitches } from './switches.ts';

type Refusal =
  | NotThereCode
  | UnifiSwitches['forbidden']
  | 'CODE_ACCESS_TOKEN_INVALID'
  | 'CODE_PARAMS_INVALID'
  | 'CODE_SYSTEM_ERROR'
  | 'CODE_USER_EMAIL_ERROR'
  | 'CODE_USER_NAME_DUPLICATED'
  | 'CODE_DEVICE_WEBHOOK_ENDPOINT_DUPLICATED';

export type UnifiAnswers = ReturnType<typeof createUnifiAnswers>;

/** Not stated. */
const USUAL_PAGE = 25;
/** Numbers of the other dialect: only that they are numbers is known. */
const [SUCCESS, REFUSED] = [0, 1];

const statuses: Partial<Record<Refusal, number>> = {
  CODE_ACCESS_TOKEN_INVALID: 401,
  CODE_OPERATION_FORBIDDEN: 403,
  CODE_UNAUTHORIZED: 403,
  CODE_SYSTEM_ERROR: 500,
};

const changes = [{}, { data: null }, { data: {} }, { data: 'success' }] as const;
const changeNamed = { nothing: changes[0], null: changes[1], empty: changes[2], success: changes[3] };

export function createUnifiAnswers(switches: UnifiSwitches) {
  let turn = 0;

  function success(rest: object): Answer {
    const named = { code: 'SUCCESS', msg: 'success', ...rest };
    const numbered = { code: SUCCESS, codeS: 'SUCCESS', msg: 'success', error: '', ...rest };
    return { status: 200, json: switches.dialect === 'number' ? numbered : named };
  }

  function refused(code: Refusal, words: string, status = 200): Answer {
    const named = { code, msg: words };
    const numbered = { code: REFUSED, codeS: code, msg: words, error: ` ${words} `, cloud_code: '', source: '' };
    return { status, json: switches.dialect === 'name' ? named : numbered };
  }

  function refuse(code: Refusal, words: string): Answer {
    return refused(code, words, switches.refusals === 'status' ? (statuses[code] ?? 400) : 200);
  }

  const invalid = (words: string): Answer => refuse('CODE_PARAMS_INVALID', words);

  return {
    ok: (data: unknown): Answer => success({ data }),
    /** After a change whose answer says nothing. */
    done(): Answer {
      if (switches.mutations !== 'rotating') return success(changeNamed[switches.mutations]);
      turn += 1;
      return success(changes[turn % changes.length] ?? {});
    },
    refuse,
    invalid,
    notThere: (code: NotThereCode = 'CODE_NOT_EXISTS'): Answer => refuse(code, 'The requested item does not exist.'),
    badToken: (): Answer =>
      refused(
        'CODE_ACCESS_TOKEN_INVALID',
        'The provided access token is invalid.',
        switches.badToken === '401' ? 401 : 200,
      ),
    forbidden: (): Answer => refuse(switches.forbidden, 'The token lacks the permission for this.'),
    tooMany: (seconds: number): Answer => ({
      ...refused('CODE_SYSTEM_ERROR', 'Too many requests.', 429),
      headers: { 'retry-after': String(seconds) },
    }),
    /** An address that there is not: no envelope, since nothing of the API has seen the request. */
    nowhere: (): Answer => ({ status: 404, text: '404 page not found' }),

    /** `page_num` from 1; `put` shapes the items of the page into `data`. */
    page<T>({ query }: Seen, items: T[], put: (shown: T[]) => unknown): Answer {
      const [number, size] = [wholeNumber(query['page_num'], 1), wholeNumber(query['page_size'], USUAL_PAGE)];
      if (number === null || size === null) return invalid('page_num and page_size are numbers from 1.');
      const most = Math.min(size, switches.largestPage);
      const shown = items.slice((number - 1) * most, number * most);
      return success({ data: put(shown), pagination: { page_num: number, page_size: most, total: items.length } });
    },
  };
}

function wholeNumber(text: string | undefined, otherwise: number): number | null {
  const number = text === undefined ? otherwise : Number(text);
  return Number.isInteger(number) && number > 0 ? number : null;
}
