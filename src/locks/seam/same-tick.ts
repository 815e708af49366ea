// Gathers what is asked for within the same tick, so that it can be done together: the core asks for all doors of a
// person at once. Whoever asks a moment later is simply the next to be gathered.

/** `work` gets everything that was asked for under one key, and answers in the same order. */
export function gatherTick<Ask, Answer>(
  work: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
): (key: string, ask: Ask) => Promise<Answer> {
  const gathering = new Map<string, { asks: Ask[]; answers: Promise<readonly Answer[]> }>();

  function begin(key: string): { asks: Ask[]; answers: Promise<readonly Answer[]> } {
    const asks: Ask[] = [];
    const { promise: nextTick, resolve } = Promise.withResolvers<void>();
    setImmediate(resolve);
    const answers = nextTick.then(() => {
      gathering.delete(key);
      return work(asks);
    });
    const begun = { asks, answers };
    gathering.set(key, begun);
    return begun;
  }

  return async (key, ask) => {
    const { asks, answers } = gathering.get(key) ?? begin(key);
    const place = asks.push(ask) - 1;
    const answer = (await answers)[place];
    if (answer === undefined) throw new TypeError('gathered work has answered too little');
    return answer;
  };
}
