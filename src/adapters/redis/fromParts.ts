/**
 * Up to `limit` of what several parts list, of each about as much: where some have less, those that have more are asked for the rest. So
 * no more is fetched than is wanted, however many parts there are.
 */
export const fromParts = async <P, T>(
  parts: readonly P[],
  limit: number,
  ask: (part: P, offset: number, count: number) => Promise<readonly T[]>,
): Promise<readonly T[]> => {
  const found: T[] = [];
  let open = parts.map((part) => ({ part, offset: 0 }));
  while (open.length > 0 && found.length < limit) {
    const share = Math.ceil((limit - found.length) / open.length);
    const answers = await Promise.all(open.map(({ part, offset }) => ask(part, offset, share)));
    found.push(...answers.flat());
    open = open
      .filter((_, i) => answers[i]!.length === share)
      .map(({ part, offset }) => ({ part, offset: offset + share }));
  }
  return found;
};
