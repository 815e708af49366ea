// What a page is made from and what it makes: one question to the operator, one answer, one view of it.
import type { Operator } from '../operator/answers.ts';
import type { Html } from './html.ts';

export type Query = Readonly<Record<string, string | number | null | undefined>>;

export type Page = {
  /** A link to "people/4711" of this page, from wherever the browser is: also behind a path of a proxy. */
  to(path: string, query?: Query): string;
  /** For the forms on it. */
  token: string;
  now: number;
  /** IANA name of the space's zone: every time is shown in it. */
  zone: string;
};

export type Visit = {
  page: Page;
  query: URLSearchParams;
  form: URLSearchParams;
  /** Parts of the path, decoded. */
  param(name: string): string;
  operator: Operator;
  sweepMinutes: number;
};

export type Shown = {
  title: string;
  body: Html;
  status?: number;
  /** Wide pages use the whole window. */
  wide?: true;
};

/** A page, after which nothing is other than before. */
export type Show = (visit: Visit) => Promise<Shown>;
/** A deed: then the browser goes on to a page, which says what was done. */
export type Done = { goTo: string; query?: Query; said: string };
export type Deed = (visit: Visit) => Promise<Done | Shown>;

/** Links relative to the path that the browser has, whatever stands before "/admin" in it. */
export function linksFrom(path: string): Page['to'] {
  const deep = path.split('/').length - 2;
  const up = deep <= 0 ? './' : '../'.repeat(deep);
  return (target, query = {}) => {
    const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return `${up}admin${target === '' ? '' : `/${target}`}${given.length === 0 ? '' : `?${search}`}`;
  };
}

/** What somebody typed into a field; null: nothing. */
export function typed(given: URLSearchParams, name: string): string | null {
  const text = given.get(name)?.trim() ?? '';
  return text === '' ? null : text;
}

export const idOf = (id: string): string => encodeURIComponent(id);
