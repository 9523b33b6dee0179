/** A repeatable source of choices. */
export interface Random {
  /** A whole number from 0 up to, but not with, `below`. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** True once in so many. */
  oneIn(times: number): boolean;
  /** Each of them with even odds, in the order given. */
  some<T>(from: readonly T[]): T[];
}

/** The same seed gives the same choices (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    int,
    pick: <T>(from: readonly T[]) => from[int(from.length)] as T,
    oneIn: (times) => int(times) === 0,
    some: <T>(from: readonly T[]) => from.filter(() => next() < 0.5),
  };
}
