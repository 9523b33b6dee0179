/**
 * Changes of sight: which open interests a change of facts touches, and how they are judged anew. What may narrow
 * withholds at once; the facts, read again, decide. DESIGN section 1, "Who sees what".
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { FactChange, People } from '../presence/ports.js';
import type { ReadRecords } from '../presence/records.js';
import { type Facets, facetsFor, type Viewer } from '../presence/visibility.js';
import type { Interest } from './interest.js';
import type { TopicRegistry } from './topics.js';

/** How many pairs are asked about at once. */
const BATCH = 2_000;
const RETRY_MS = 500;

type Asked = readonly [Interest, Viewer];

/** What one interest may see, as read at `now` and at its epoch of then. */
interface SightReading {
  readonly interest: Interest;
  readonly facets: Facets;
  readonly now: number;
  readonly epoch: number;
}

/** The interests of this node, by who watches and who is watched. */
export interface Sight {
  add(viewer: Viewer, interest: Interest): void;
  remove(viewer: Viewer, interest: Interest): void;
  /** A change of facts was heard. */
  changed(change: FactChange): void;
  /** Changes of facts may have been missed: all is judged anew. Nothing is withheld meanwhile: nothing is known to narrow. */
  missed(): void;
  /**
   * Reads records and facts of these interests, again and again until none was touched meanwhile, and at once, before
   * one can be touched again, tells `apply` what each may see. Rejects with what the ports reject with.
   */
  read(
    viewer: Viewer,
    interests: readonly Interest[],
    apply: (interest: Interest, facets: Facets, now: number) => void,
  ): Promise<void>;
  readonly size: number;
}

export const createSight = ({
  people,
  readRecords,
  topics,
  onError,
}: {
  readonly people: People;
  readonly readRecords: ReadRecords;
  readonly topics: TopicRegistry;
  readonly onError: (error: unknown) => void;
}): Sight => {
  const byUser = new Map<string, Map<Interest, Viewer>>();
  const byViewer = new Map<string, Map<Interest, Viewer>>();

  const readOnce = async (asked: readonly Asked[]): Promise<readonly SightReading[]> => {
    const epochs = asked.map(([{ epoch }]) => epoch);
    const { now, records } = await readRecords([...new Set(asked.map(([{ userId }]) => userId))]);
    const facts = await people.facts(asked.map(([{ userId }, { userId: viewerId }]) => ({ viewerId, userId })));
    for (const record of records.values()) topics.get(record.userId)?.learn(record, now);
    return asked.map(([interest, viewer], i) => ({
      interest,
      facets: facetsFor(viewer, interest.userId, facts[i]),
      now,
      epoch: epochs[i]!,
    }));
  };

  const holds = ({ interest, epoch }: SightReading): boolean => epoch === interest.epoch;

  const recheckBatch = async (asked: readonly Asked[]): Promise<void> => {
    const epochs = new Map(asked.map(([interest]) => [interest, interest.epoch]));
    for (;;) {
      // One that was touched again is the business of the later recheck.
      const present = asked.filter(([interest]) => interest.epoch === epochs.get(interest));
      if (present.length === 0) return;
      try {
        const readings = await readOnce(present);
        for (const { interest, facets, now } of readings.filter(holds)) interest.see(facets, now);
        return;
      } catch (error) {
        onError(error);
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  };

  /** What was read of these before does not hold. Judges them anew, and goes on trying while the ports cannot be asked. */
  const recheck = async (touched: readonly Asked[], narrows: boolean): Promise<void> => {
    for (const [interest] of touched) interest.touch(narrows);
    for (let from = 0; from < touched.length; from += BATCH) await recheckBatch(touched.slice(from, from + BATCH));
  };

  const ofPair = (viewerId: string, userId: string) =>
    [...(byViewer.get(viewerId) ?? [])].filter(([interest]) => interest.userId === userId);

  /** Pairs of one who came or left with a member, in both directions. */
  const amongMembers = (changed: readonly string[], members: readonly string[]) => {
    const touched = new Map<Interest, Viewer>();
    const both = [new Set(changed), new Set(members)] as const;
    for (const [these, those] of [both, [both[1], both[0]] as const]) {
      for (const viewerId of these) {
        for (const [interest, viewer] of byViewer.get(viewerId) ?? []) {
          if (those.has(interest.userId)) touched.set(interest, viewer);
        }
      }
    }
    return [...touched];
  };

  const touchedBy = (change: FactChange): readonly Asked[] => {
    switch (change.kind) {
      case 'relation': {
        const [a, b] = change.users;
        return [...ofPair(a, b), ...ofPair(b, a)];
      }
      case 'user':
        return [...(byUser.get(change.userId) ?? [])];
      default:
        return amongMembers(change.changed, change.members);
    }
  };

  return {
    add(viewer, interest) {
      for (const [map, key] of [
        [byUser, interest.userId],
        [byViewer, viewer.userId],
      ] as const) {
        const present = map.get(key) ?? new Map();
        map.set(key, present.set(interest, viewer));
      }
    },
    remove(viewer, interest) {
      for (const [map, key] of [
        [byUser, interest.userId],
        [byViewer, viewer.userId],
      ] as const) {
        const present = map.get(key);
        present?.delete(interest);
        if (present?.size === 0) map.delete(key);
      }
    },
    changed(change) {
      void recheck(touchedBy(change), change.narrows);
    },
    missed() {
      const all = [...byUser.values()].flatMap((interests) => [...interests]);
      void recheck(all, false);
    },
    async read(viewer, interests, apply) {
      let readings: readonly SightReading[];
      do readings = await readOnce(interests.map((interest) => [interest, viewer]));
      while (!readings.every(holds));
      for (const { interest, facets, now } of readings) apply(interest, facets, now);
    },
    get size() {
      return byUser.size + byViewer.size;
    },
  };
};
