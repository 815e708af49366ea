// What must never be, and was: ends the run. `rule` names the invariant; `words` says what happened, to whom and where.
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, words: string) {
    super(`${rule}: ${words}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}
