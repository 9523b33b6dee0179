/** What the service of presence needs from outside, in memory, with what a test wants to know of it. */
import { PresenceError } from '../../src/presence/errors.js';
import { pairKey } from '../../src/presence/pairs.js';
import type { Journal } from '../../src/presence/ports/journal.js';
import type { RateLimits } from '../../src/presence/ports/rates.js';
import type { People } from '../../src/presence/ports/stores.js';
import type { DurablePresence, JournalRow } from '../../src/presence/types.js';
import { type AccessFacts, DEFAULT_PRIVACY, type Privacy } from '../../src/presence/visibility.js';
import { accessFacts as accessFactsOf } from './builders.js';

type Verbs = Pick<
  People,
  | 'accessFacts'
  | 'roster'
  | 'rosterAccessFacts'
  | 'privacy'
  | 'conversation'
  | 'conversationFor'
  | 'membership'
  | 'conversationsAmong'
  | 'blockedAmong'
>;

/** People by what the test says of them: `know('bo', 'ana', { follows: true })` is how bo stands to ana. */
export const createFakePeople = (users: readonly string[]) => {
  const known = new Map<string, Partial<AccessFacts>>();
  const rosters = new Map<string, readonly string[]>();
  const privacies = new Map<string, Privacy>();
  const conversations = new Map<string, { open: boolean; members: string[] }>();
  const blocked = new Map<string, Set<string>>();
  const verbs: Verbs = {
    accessFacts: async (pairs) =>
      new Map(
        pairs.map(({ viewerId, userId }) => [
          pairKey(viewerId, userId),
          accessFactsOf({
            exists: users.includes(userId),
            privacy: privacies.get(userId) ?? DEFAULT_PRIVACY,
            ...known.get(JSON.stringify([viewerId, userId])),
          }),
        ]),
      ),
    roster: async (viewerId, limit) => (rosters.get(viewerId) ?? []).slice(0, limit),
    async rosterAccessFacts(viewerId, limit) {
      const pairs = (await verbs.roster(viewerId, limit)).map((userId) => ({ viewerId, userId }));
      const all = await verbs.accessFacts(pairs);
      return new Map(pairs.map(({ userId }) => [userId, all.get(pairKey(viewerId, userId))!]));
    },
    privacy: async (userId) => privacies.get(userId) ?? DEFAULT_PRIVACY,
    conversation: async (id, userId) => {
      const conversation = conversations.get(id);
      return conversation && { open: conversation.open, isMember: conversation.members.includes(userId) };
    },
    conversationFor: async (id, userIds) => {
      const found = await Promise.all(
        userIds.map(async (userId) => [userId, await verbs.conversation(id, userId)] as const),
      );
      return new Map(found.flatMap(([userId, conversation]) => (conversation ? [[userId, conversation]] : [])));
    },
    membership: (id, userId) => verbs.conversation(id, userId),
    conversationsAmong: async (userId, ids) =>
      new Set(ids.filter((id) => conversations.get(id)?.members.includes(userId))),
    blockedAmong: async (userId, others) => new Set(others.filter((other) => blocked.get(userId)?.has(other))),
  };
  const unexpected = new Proxy({} as People, {
    get: (_, verb) => () => {
      throw new Error(`people.${String(verb)} was not expected`);
    },
  });
  return {
    people: Object.assign(Object.create(unexpected) as People, verbs),
    rosters,
    privacies,
    conversations,
    know(viewerId: string, userId: string, accessFacts: Partial<AccessFacts>) {
      known.set(JSON.stringify([viewerId, userId]), accessFacts);
    },
    block(one: string, other: string) {
      for (const [a, b] of [
        [one, other],
        [other, one],
      ] as const) {
        blocked.set(a, new Set([...(blocked.get(a) ?? []), b]));
        known.set(JSON.stringify([a, b]), { blocked: true });
      }
    },
  };
};

/** A journal that may fail or wait; `writes` are the batches that it took. */
/** What a journal keeps of two rows, see `Journal.write`. */
const merged = (before: JournalRow['persisted'], next: NonNullable<JournalRow['persisted']>) => {
  if (before === null) return next;
  const later = next.revision >= before.revision ? next : before;
  const { chosen, chosenAsOf } = next.chosenAsOf > before.chosenAsOf ? next : before;
  const { message, messageAsOf } = next.messageAsOf > before.messageAsOf ? next : before;
  const isAlike = chosenAsOf === later.chosenAsOf && messageAsOf === later.messageAsOf;
  const revision = isAlike ? later.revision : later.revision + 1;
  return { ...later, revision, chosen, chosenAsOf, message, messageAsOf };
};

export const createFakeJournal = (users: readonly string[]) => {
  const rows = new Map<string, JournalRow>(users.map((userId) => [userId, { generation: 1, persisted: null }]));
  const writes: (readonly DurablePresence[])[] = [];
  const state = {
    rows,
    writes,
    reads: [] as (readonly string[])[],
    /** Rejects with this while it is set. */
    failure: undefined as Error | undefined,
    /** Awaited before anything is read or written. */
    gate: Promise.resolve() as Promise<unknown>,
  };
  const journal: Journal = {
    async read(userIds) {
      state.reads.push(userIds);
      await state.gate;
      if (state.failure) throw state.failure;
      return new Map(userIds.flatMap((userId) => (rows.has(userId) ? [[userId, rows.get(userId)!] as const] : [])));
    },
    async write(batch) {
      await state.gate;
      if (state.failure) throw state.failure;
      writes.push(batch);
      for (const { userId, generation, ...persisted } of batch) {
        const row = rows.get(userId);
        if (row?.generation === generation)
          rows.set(userId, { generation, persisted: merged(row.persisted, persisted) });
      }
    },
  };
  return Object.assign(state, { journal });
};

/** Allowances that are never used up, unless `left` says so; `read` is how many ids were counted as read. */
export const createFakeRateLimits = () => {
  const taken: string[] = [];
  const state = { taken, left: Number.POSITIVE_INFINITY, read: 0 };
  const rateLimits: RateLimits = {
    async take(kind, userId, { count = 1 } = {}) {
      if (kind === 'read') {
        state.read += count;
        return;
      }
      if (taken.length >= state.left) throw new PresenceError('RATE_LIMITED', 'Slow down.', { retryAfterMs: 200 });
      taken.push(`${kind} of ${userId}`);
    },
    async count(_kind, _userId, count) {
      state.read += count;
    },
  };
  return Object.assign(state, { rateLimits });
};
