/** The fan-out of counts and timelines over ports in memory, with every call of them open to delay and failure. */
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createCountsFanout } from '../../../src/fanout/countsFanout.js';
import type { SubscriptionBudget } from '../../../src/fanout/subscription.js';
import { pairKey } from '../../../src/presence/pairs.js';
import type { ConversationReader } from '../../../src/presence/ports/access.js';
import type { UseChange } from '../../../src/presence/ports/bus.js';
import type { Audience, ConversationFacts, ConversationUse, Viewer } from '../../../src/presence/visibility.js';
import { createReadBudget } from '../../../src/service/readBudget.js';
import type { CountStore } from '../../../src/social/ports/counts.js';
import type { Counts } from '../../../src/social/socialTypes.js';
import { createFakePeople, NO_LIMITS } from './fakePeople.js';
import { collect, type Gate, mode, userViewer } from './fanout.js';

export const budget = (): SubscriptionBudget => ({ watched: 0, conversations: 0, objects: 0 });

/** Another object of the host, as its conversation says who may use it. */
export interface FakeObject {
  readonly open?: boolean;
  readonly members?: readonly string[];
  readonly owner?: { readonly userId: string; readonly audience: Audience | null };
}

export const through = async <T>(gate: Gate, name: string, call: () => Promise<T>): Promise<T> => {
  await gate(name, false);
  const result = await call();
  await gate(name, true);
  return result;
};

/** People, conversations and counts over maps. */
export const createFakeSocial = (gate: Gate = async () => {}) => {
  const bus = createMemoryBus();
  const { people } = createFakePeople({ bus });
  const objects = new Map<string, FakeObject>();
  const stored = new Map<string, Counts>();
  let now = 1_000;

  let numbers = 0;
  /** Of acts, and of changes of objects; and the instants of both. */
  const nextNumber = () => {
    numbers += 1;
    return numbers;
  };
  const useOf = ({ open = false, owner }: FakeObject): ConversationUse => ({
    open,
    ownerId: owner?.userId ?? null,
    audience: owner?.audience ?? null,
  });

  /** The facts, or those of before a change of the object. */
  const factsOf = async (userId: string, id: string, change?: UseChange): Promise<ConversationFacts | undefined> => {
    const object = objects.get(id);
    const use = change ? change.before : object && useOf(object);
    if (!use) return undefined;
    const { open } = use;
    const owner = use.ownerId === null ? undefined : { userId: use.ownerId, audience: use.audience };
    const isMember = (object?.members?.includes(userId) && !change?.joined?.includes(userId)) ?? false;
    if (!owner) return { open, isMember };
    const pair = { viewerId: userId, userId: owner.userId };
    const { exists, privacy, ...relation } = (await people.accessFacts([pair])).get(pairKey(userId, owner.userId))!;
    return { open, isMember, owner: { ...owner, exists, relation } };
  };
  const calls: string[][] = [];
  const conversations: ConversationReader = {
    conversationFacts: (pairs) =>
      through(gate, 'conversationFacts', async () => {
        calls.push(pairs.map(({ userId, conversationId }) => `${userId} ${conversationId}`));
        const found = new Map<string, ConversationFacts>();
        for (const { userId, conversationId } of pairs) {
          const facts = await factsOf(userId, conversationId);
          if (facts) found.set(pairKey(userId, conversationId), facts);
        }
        return found;
      }),
  };
  const counts: Pick<CountStore, 'counts'> = {
    counts: (ids) =>
      through(gate, 'counts', async () => {
        now += 1;
        return new Map(ids.map((objectId) => [objectId, stored.get(objectId) ?? { objectId, all: [], asOf: now }]));
      }),
  };

  return {
    bus,
    people,
    conversations,
    counts,
    /** The pairs of each reading of conversations. */
    calls,
    stored,
    factsOf,
    /** Who may use an object; null where it is no conversation. */
    useNow: (id: string): ConversationUse | null => {
      const object = objects.get(id);
      return object ? useOf(object) : null;
    },
    nextNumber,
    users: async (...ids: string[]) => void (await people.upsertUsers(ids.map((id) => ({ id })))),
    /** Makes, changes or (null) deletes the conversation of an object. */
    async putObject(id: string, object: FakeObject | null): Promise<void> {
      const before = objects.get(id);
      if (object) objects.set(id, object);
      else {
        objects.delete(id);
        stored.delete(id);
      }
      const members = [...new Set([...(before?.members ?? []), ...(object?.members ?? [])])];
      const mayRevoke = before !== undefined;
      const joined = members.filter((userId) => !before?.members?.includes(userId));
      const deletion = { deleted: object === null, ...(object === null && { deletedAt: nextNumber() }) };
      const use = { before: before ? useOf(before) : null, ...deletion, below: nextNumber(), joined };
      const isUse = !before || !object || JSON.stringify(useOf(before)) !== JSON.stringify(useOf(object));
      await bus.publishAccessChange({
        ...{ kind: 'conversation', id, changed: members, members, mayRevoke },
        ...(isUse && { use }),
      });
    },
    /** Sets counts as the host does; `publish` false: the message is lost. */
    async put(objectId: string, values: Readonly<Record<string, number>>, { publish = true } = {}): Promise<Counts> {
      now += 1;
      const all = Object.entries(values).map(([name, value]) => ({ name, value }));
      const state = { objectId, all, asOf: Math.max(now, (stored.get(objectId)?.asOf ?? 0) + 1) };
      stored.set(objectId, state);
      if (publish) await bus.publishSocial({ kind: 'counts', counts: state });
      return state;
    },
  };
};

export const asViewer = (viewer: Viewer | string): Viewer => (typeof viewer === 'string' ? userViewer(viewer) : viewer);

export const createCounts = async ({
  gate = async () => {},
  broadcastIntervalMs = 0,
  pushed = mode.pushed,
}: {
  readonly gate?: Gate;
  readonly broadcastIntervalMs?: number;
  readonly pushed?: boolean;
} = {}) => {
  const social = createFakeSocial(gate);
  const errors: unknown[] = [];
  const fanout = createCountsFanout({
    bus: {
      subscribeCounts: (id, listener) => through(gate, 'subscribe', () => social.bus.subscribeCounts(id, listener)),
    },
    counts: social.counts,
    conversations: social.conversations,
    reads: createReadBudget({ rateLimits: NO_LIMITS }),
    broadcastIntervalMs,
    onError: (error) => errors.push(error),
  });
  await social.bus.subscribeAccessChanges(fanout.accessChanged);
  const watch = (viewer: Viewer | string, objectIds: readonly string[], spent = budget()) =>
    fanout.watchCounts(asViewer(viewer), { objectIds, budget: spent });
  return {
    ...social,
    fanout,
    errors,
    watch,
    collect: async (...args: Parameters<typeof watch>) => collect(await watch(...args), { pushed }),
  };
};

/** What counts say, in one line. */
export const said = (events: readonly Counts[]): readonly string[] =>
  events.map(({ objectId, all }) => [objectId, ...all.map(({ name, value }) => `${name} ${value}`)].join(' '));
