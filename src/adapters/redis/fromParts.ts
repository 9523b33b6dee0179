/**
 * Up to `limit` of what several parts list, of each about as much: where some have less, those that have more are asked for the rest. So
 * no more is fetched than is wanted, however many parts there are. A part that fails is left out, so that the others do not wait for a
 * server that is away; `failures` says of what. Rejects where nothing was found and a part failed.
 */
export const fromParts = async <P, T>(
  parts: readonly P[],
  limit: number,
  ask: (part: P, offset: number, count: number) => Promise<readonly T[]>,
): Promise<{ readonly found: readonly T[]; readonly failures: readonly unknown[] }> => {
  const found: T[] = [];
  const failures: unknown[] = [];
  let open = parts.map((part) => ({ part, offset: 0 }));
  while (open.length > 0 && found.length < limit) {
    const share = Math.ceil((limit - found.length) / open.length);
    const asked = open;
    const answers = await Promise.allSettled(asked.map(({ part, offset }) => ask(part, offset, share)));
    open = [];
    for (const [i, answer] of answers.entries()) {
      if (answer.status === 'rejected') {
        failures.push(answer.reason);
        continue;
      }
      found.push(...answer.value);
      const { part, offset } = asked[i]!;
      if (answer.value.length === share) open.push({ part, offset: offset + share });
    }
  }
  if (found.length === 0 && failures.length > 0) throw failures[0];
  return { found, failures };
};
