/** What everybody of the crowd shares. */
import type { Bus } from './receivers.js';
import type { Relations } from './relations.js';
import type { Requests } from './requests.js';
import type { SoakNode } from './soakNode.js';

export interface World {
  readonly nodes: readonly SoakNode[];
  readonly requests: Requests;
  readonly relations: Relations;
  readonly bus: Bus | null;
  readonly hostToken: string;
  /** Ids of all people. */
  readonly ids: readonly string[];
  readonly circles: readonly string[];
  /** With members alone. */
  readonly talks: readonly string[];
  /** Open to everybody. */
  readonly halls: readonly string[];
  /** Of an owner, with an audience. */
  readonly posts: readonly string[];
  /** All three: places, and objects with counts. */
  readonly objects: readonly string[];
  /** From 0 to 1. */
  random(): number;
  /** What must not be: the run fails. */
  failed(what: string): void;
  /** What happened, by name. */
  count(what: string): void;
}

export const pick = <T>({ random }: Pick<World, 'random'>, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)]!;

/** `count` of them at most, each once. */
export const pickSome = <T>(world: Pick<World, 'random'>, from: readonly T[], count: number): readonly T[] => [
  ...new Set(Array.from({ length: count }, () => pick(world, from))),
];

/** One by its weight. */
export const pickWeighted = <T extends { readonly weight: number }>(
  { random }: Pick<World, 'random'>,
  from: readonly T[],
): T => {
  let left = random() * from.reduce((sum, { weight }) => sum + weight, 0);
  for (const each of from) {
    left -= each.weight;
    if (left < 0) return each;
  }
  return from.at(-1)!;
};

export const portOf = (world: World): number => pick(world, world.nodes).port;
