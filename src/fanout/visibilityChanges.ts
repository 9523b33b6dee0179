/**
 * Changes of sight: which open interests a change of facts touches, and how they are judged anew. What may narrow
 * withholds at once; the facts, read again, decide. See docs/semantics.md, "Who sees what".
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inPieces } from '../async/batches.js';
import type { ReadAlike } from '../node/records.js';
import { pairKey } from '../presence/pairs.js';
import type { FactChange, People } from '../presence/ports.js';
import { type Facets, facetsFor, type Viewer } from '../presence/visibility.js';
import { createLists } from './lists.js';
import type { TopicRegistry } from './topics.js';
import type { Interest } from './watcher.js';

/** How many pairs are asked about at once. */
const BATCH = 2_000;
const RETRY_MS = 500;

/** What one interest may see, as read at `now` and at its epoch of then. */
interface SightReading {
  readonly interest: Interest;
  readonly facets: Facets;
  readonly now: number;
  readonly epoch: number;
}

/** A subscription, whose interests are judged anew when facts change: those that are asked for are apart. */
export interface Watching {
  readonly viewer: Viewer;
  /** Its interests in the users that are meant. */
  interests(isMeant: (userId: string) => boolean): readonly Interest[];
}

/** The subscriptions of this node, by viewer. */
export interface Sight {
  add(watching: Watching): void;
  remove(watching: Watching): void;
  /** A change of facts was heard. */
  changed(change: FactChange): void;
  /** Changes of facts may have been missed: all is judged anew. Nothing is withheld meanwhile: nothing is known to narrow. */
  missed(): void;
  /**
   * Reads records and facts of these interests, again and again until none was touched meanwhile, and at once, before
   * one can be touched again, tells `apply` what each may see. Rejects with what the ports reject with.
   */
  read(interests: readonly Interest[], apply: (interest: Interest, facets: Facets, now: number) => void): Promise<void>;
  /** How many viewers have subscriptions. */
  readonly size: number;
}

const holds = ({ interest, epoch }: SightReading): boolean => epoch === interest.epoch;

/** Keeps interests apart for as long as it is read what they may see. */
const whileApart = async (interests: readonly Interest[], read: () => Promise<void>): Promise<void> => {
  for (const interest of interests) interest.readingBegins();
  try {
    await read();
  } finally {
    for (const interest of interests) interest.readingEnds();
  }
};

export const createSight = ({
  people,
  readAlike,
  topics,
  onError,
}: {
  readonly people: People;
  readonly readAlike: ReadAlike;
  readonly topics: TopicRegistry;
  readonly onError: (error: unknown) => void;
}): Sight => {
  const byViewer = createLists<Watching>();

  const readOnce = async (
    interests: readonly Interest[],
    factsOf: People['facts'],
  ): Promise<readonly SightReading[]> => {
    const epochs = interests.map(({ epoch }) => epoch);
    const userIds = [...new Set(interests.map(({ userId }) => userId))];
    const { nowOf, records, facts } = await readAlike(userIds, () =>
      factsOf(interests.map(({ viewer, userId }) => ({ viewerId: viewer.userId, userId }))),
    );
    for (const record of records.values()) topics.get(record.userId)?.learn(record, nowOf(record.userId));
    return interests.map((interest, i) => ({
      interest,
      facets: facetsFor(interest.viewer, interest.userId, facts.get(pairKey(interest.viewer.userId, interest.userId))),
      now: nowOf(interest.userId),
      epoch: epochs[i]!,
    }));
  };

  const recheckBatch = async (interests: readonly Interest[]): Promise<void> => {
    const epochs = new Map(interests.map((interest) => [interest, interest.epoch]));
    for (;;) {
      // One that was touched again is the business of the later recheck.
      const present = interests.filter((interest) => interest.epoch === epochs.get(interest));
      if (present.length === 0) return;
      try {
        const readings = await readOnce(present, people.factsToWatch);
        for (const { interest, facets, now } of readings.filter(holds)) interest.see(facets, now);
        return;
      } catch (error) {
        onError(error);
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  };

  /** What was read of these before does not hold. Judges them anew, and goes on trying while the ports cannot be asked. */
  const recheck = async (touched: readonly Interest[], narrows: boolean): Promise<void> => {
    for (const interest of touched) interest.touch(narrows);
    await whileApart(touched, async () => {
      for (const batch of inPieces(touched, BATCH)) await recheckBatch(batch);
    });
  };

  const interestsOf = (viewerId: string, isMeant: (userId: string) => boolean): readonly Interest[] =>
    byViewer.get(viewerId).flatMap((watching) => watching.interests(isMeant));

  const ofPair = (viewerId: string, userId: string) => interestsOf(viewerId, (id) => id === userId);

  /** Pairs of one who came or left with a member, in both directions. */
  const amongMembers = (changed: readonly string[], members: readonly string[]): readonly Interest[] => {
    const touched = new Set<Interest>();
    const both = [new Set(changed), new Set(members)] as const;
    for (const [these, those] of [both, [both[1], both[0]] as const]) {
      for (const viewerId of these) {
        for (const interest of interestsOf(viewerId, (userId) => those.has(userId))) touched.add(interest);
      }
    }
    return [...touched];
  };

  const touchedBy = (change: FactChange): readonly Interest[] => {
    switch (change.kind) {
      case 'relation': {
        const [a, b] = change.users;
        return [...ofPair(a, b), ...ofPair(b, a)];
      }
      case 'user': {
        return topics.get(change.userId)?.everybody() ?? [];
      }
      default:
        return amongMembers(change.changed, change.members);
    }
  };

  return {
    add: (watching) => byViewer.add(watching.viewer.userId, watching),
    remove: (watching) => byViewer.remove(watching.viewer.userId, watching),
    changed(change) {
      void recheck(touchedBy(change), change.narrows);
    },
    missed() {
      const all = byViewer.keys().flatMap((viewerId) => interestsOf(viewerId, () => true));
      void recheck(all, false);
    },
    async read(interests, apply) {
      await whileApart(interests, async () => {
        let readings: readonly SightReading[];
        // Who starts to watch would tell from what is remembered whether others asked, or anything changed, lately.
        do readings = await readOnce(interests, people.facts);
        while (!readings.every(holds));
        for (const { interest, facets, now } of readings) apply(interest, facets, now);
      });
    },
    get size() {
      return byViewer.size;
    },
  };
};
