import { randomFrom } from './random.js';

/** A repeatable source of choices. */
export interface Choices {
  /** A whole number from 0 up to, but not with, `below`. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** True once in so many. */
  oneIn(times: number): boolean;
  /** Each of them with even odds, in the order given. */
  some<T>(from: readonly T[]): T[];
}

/** The same seed gives the same choices. */
export function createChoices(seed: number): Choices {
  const next = randomFrom(seed);
  const int = (below: number) => Math.floor(next() * below);
  return {
    int,
    pick: <T>(from: readonly T[]) => from[int(from.length)] as T,
    oneIn: (times) => int(times) === 0,
    some: <T>(from: readonly T[]) => from.filter(() => next() < 0.5),
  };
}
