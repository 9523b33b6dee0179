/**
 * What the watchers of places may know: whether they may use the place, and what they see of each person there. Questions of all watchers
 * of a node are gathered into queries of up to {@link BATCH} pairs; an answer holds unless an access change touched it meanwhile.
 */
import { groupedBy, inPieces } from '../async/batches.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessReader } from '../presence/ports/access.js';
import { type ConversationFacts, type Facets, facetsFor, type Viewer } from '../presence/visibility.js';
import { createRefresher } from './refresher.js';

/** Pairs of one query. */
const BATCH = 2_000;

/** A subscription, as the one that is told. */
export interface SightOwner {
  readonly viewer: Viewer;
  readonly conversationId: string;
  /** Counts the access changes that touched what it sees: an answer of before one does not hold. */
  readonly epoch: number;
  applyFacets(userId: string, facets: Facets): void;
  /** The facts of the place; undefined: it does not exist. */
  applyRight(facts: ConversationFacts | undefined): void;
}

export interface HereSights {
  /** Asks what the viewer sees of a user; `applyFacets` is called, sooner or later, unless the owner has ended. */
  ask(owner: SightOwner, userId: string): void;
  /** Asks whether the viewer may use the place. */
  askRight(owner: SightOwner): void;
  /** What the viewer sees of those users, for a start: read anew until no access change came in between. */
  read(owner: SightOwner, userIds: readonly string[]): Promise<ReadonlyMap<string, Facets>>;
  /** The owner has ended. */
  forget(owner: SightOwner): void;
  close(): void;
}

export const createHereSights = ({
  people,
  onError,
}: {
  readonly people: Pick<AccessReader, 'accessFacts' | 'accessFactsToWatch' | 'conversationFor'>;
  readonly onError: (error: unknown) => void;
}): HereSights => {
  const asked = new Map<SightOwner, Set<string>>();
  const rights = new Set<SightOwner>();
  let closed = false;

  const readPairs = async (pairs: readonly { readonly owner: SightOwner; readonly userId: string }[]) => {
    const epochs = pairs.map(({ owner }) => owner.epoch);
    const facts = await people.accessFactsToWatch(
      pairs.map(({ owner, userId }) => ({ viewerId: owner.viewer.userId, userId })),
    );
    for (const [i, { owner, userId }] of pairs.entries()) {
      const waiting = asked.get(owner);
      if (!waiting) continue;
      // Touched meanwhile: asked again.
      if (owner.epoch !== epochs[i]) {
        waiting.add(userId);
        sights.request();
        continue;
      }
      owner.applyFacets(userId, facetsFor(owner.viewer, userId, facts.get(pairKey(owner.viewer.userId, userId))));
    }
  };

  const sights = createRefresher({
    async read() {
      const pairs = [...asked].flatMap(([owner, userIds]) => [...userIds].map((userId) => ({ owner, userId })));
      for (const batch of inPieces(pairs, BATCH)) {
        for (const { owner, userId } of batch) asked.get(owner)?.delete(userId);
        try {
          await readPairs(batch);
        } catch (error) {
          for (const { owner, userId } of batch) asked.get(owner)?.add(userId);
          throw error;
        }
      }
    },
    hasEnded: () => closed,
    onError,
  });

  const readRights = async (conversationId: string, owners: readonly SightOwner[]) => {
    const epochs = owners.map(({ epoch }) => epoch);
    for (const owner of owners) rights.delete(owner);
    try {
      const found = await people.conversationFor(conversationId, [
        ...new Set(owners.map(({ viewer }) => viewer.userId)),
      ]);
      for (const [i, owner] of owners.entries()) {
        if (!asked.has(owner)) continue;
        if (owner.epoch === epochs[i]) owner.applyRight(found.get(owner.viewer.userId));
        else rights.add(owner);
      }
      if (rights.size > 0) reading.request();
    } catch (error) {
      for (const owner of owners) if (asked.has(owner)) rights.add(owner);
      throw error;
    }
  };

  const reading = createRefresher({
    async read() {
      for (const [conversationId, owners] of groupedBy(rights, (owner) => owner.conversationId))
        for (const batch of inPieces(owners, BATCH)) await readRights(conversationId, batch);
    },
    hasEnded: () => closed,
    onError,
  });
  sights.open();
  reading.open();

  const register = (owner: SightOwner): Set<string> => {
    const present = asked.get(owner) ?? new Set();
    asked.set(owner, present);
    return present;
  };

  return {
    ask(owner, userId) {
      register(owner).add(userId);
      sights.request();
    },
    askRight(owner) {
      register(owner);
      rights.add(owner);
      reading.request();
    },
    async read(owner, userIds) {
      register(owner);
      const viewerId = owner.viewer.userId;
      for (;;) {
        const { epoch } = owner;
        const facts = await people.accessFacts(userIds.map((userId) => ({ viewerId, userId })));
        if (epoch !== owner.epoch) continue;
        return new Map(
          userIds.map((userId) => [userId, facetsFor(owner.viewer, userId, facts.get(pairKey(viewerId, userId)))]),
        );
      }
    },
    forget(owner) {
      asked.delete(owner);
      rights.delete(owner);
    },
    close() {
      closed = true;
    },
  };
};
