/** Who takes part, by number; and who watches whom. */

export const userIdsOf = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${kind}-${String(index).padStart(5, '0')}`);

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export const randomOf = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** `count` different users of `all`, without the one given. */
export const someOf = (
  all: readonly string[],
  count: number,
  random: () => number,
  except: string | null,
): readonly string[] => {
  const chosen = new Set<string>();
  while (chosen.size < count) {
    const userId = all[Math.floor(random() * all.length)]!;
    if (userId !== except) chosen.add(userId);
  }
  return [...chosen];
};

/** The same users in an order of chance. */
export const shuffled = (all: readonly string[], random: () => number): readonly string[] =>
  all
    .map((userId) => ({ userId, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ userId }) => userId);
