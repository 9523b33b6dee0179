/** The fan-out of timelines over ports in memory. */
import { createTimelineFanout } from '../../../src/fanout/timelineFanout.js';
import { pairKey } from '../../../src/presence/pairs.js';
import type { UseChange } from '../../../src/presence/ports/bus.js';
import { type ConversationUse, mayUse, type Viewer } from '../../../src/presence/visibility.js';
import { createReadBudget } from '../../../src/service/readBudget.js';
import { seesAct } from '../../../src/social/actSight.js';
import type { ActFacts, TimelineReader } from '../../../src/social/ports/timelines.js';
import type { Act, ActView, MuteTarget } from '../../../src/social/socialTypes.js';
import { NO_LIMITS } from './fakePeople.js';
import { collect, type Gate, mode, untilIdle } from './fanout.js';
import { asViewer, budget, createFakeSocial, through } from './socialFanout.js';

interface StoredAct {
  readonly act: Act;
  gone: boolean;
  /** When it was taken back. */
  goneAt: number;
}

const keyOf = (userId: string, { kind, id }: MuteTarget): string => JSON.stringify([userId, kind, id]);

export const createTimelines = async ({
  gate = async () => {},
  pushed = mode.pushed,
}: {
  readonly gate?: Gate;
  readonly pushed?: boolean;
} = {}) => {
  const social = createFakeSocial(gate);
  const { people, bus } = social;
  const errors: unknown[] = [];
  const givenUp: unknown[] = [];
  const acts = new Map<string, StoredAct>();
  const mutes = new Set<string>();

  const wasThere = ({ gone, goneAt }: StoredAct, change: UseChange | undefined) =>
    !gone || goneAt >= (change?.deletedAt ?? Number.POSITIVE_INFINITY);
  const factsFor = async (stored: StoredAct, viewerId: string, change?: UseChange): Promise<ActFacts> => {
    const { act } = stored;
    const { actorId, objectId, audience } = act;
    const pair = { viewerId, userId: actorId };
    const { exists, privacy, blocked, ...relation } = (await people.accessFacts([pair])).get(
      pairKey(viewerId, actorId),
    )!;
    const object = objectId === null ? undefined : await social.factsOf(viewerId, objectId, change);
    const roster = await people.roster(viewerId, 10_000);
    const { follows, followedBy, sharesCircle, sharesConversation } = relation;
    const inAudience = {
      EVERYONE: true,
      FOLLOWERS: follows || sharesCircle || sharesConversation,
      MUTUALS: (follows && followedBy) || sharesCircle,
      NOBODY: false,
    }[audience];
    const owner = object?.owner && { ...object.owner, relation: { ...object.owner.relation, blocked: false } };
    return {
      told: wasThere(stored, change) && exists,
      actorExists: exists,
      onRoster: roster.includes(actorId),
      inAudience,
      mayUseObject: !object || mayUse({ ...object, ...(owner && { owner }) }, viewerId),
      actorBlocked: blocked,
      ownerBlocked: object?.owner?.relation.blocked === true,
      use: change ? change.before : social.useNow(objectId ?? ''),
      actorMuted: mutes.has(keyOf(viewerId, { kind: 'user', id: actorId })),
      objectMuted: objectId !== null && mutes.has(keyOf(viewerId, { kind: 'object', id: objectId })),
    };
  };
  const withFacts = async (viewerId: string, found: readonly StoredAct[]) =>
    Promise.all(found.map(async (each) => ({ act: each.act, facts: await factsFor(each, viewerId) })));
  const latestFirst = () => [...acts.values()].filter(({ gone }) => !gone).sort((a, b) => b.act.seq - a.act.seq);

  const queries: string[] = [];
  const timelines: TimelineReader = {
    timeline: (viewerId, { first }) =>
      through(gate, 'timeline', async () => {
        queries.push(`timeline ${viewerId}`);
        const found = await withFacts(viewerId, latestFirst());
        const seen = found.filter(({ facts }) => seesAct(facts)).map(({ act }) => act);
        const items = seen.slice(0, first);
        return { items, hasMore: seen.length > first, end: items.at(-1)?.seq ?? null };
      }),
    actFacts: (actId, viewerIds, change) =>
      through(gate, 'actFacts', async () => {
        queries.push(`actFacts ${actId} ${viewerIds.join(',')}${change ? ' before' : ''}`);
        await gate(`actFacts ${actId}`, false);
        const stored = acts.get(actId);
        if (!stored) return new Map();
        const facts = await Promise.all(viewerIds.map((viewerId) => factsFor(stored, viewerId, change)));
        return new Map(viewerIds.map((viewerId, i) => [viewerId, facts[i]!]));
      }),
    factsAbout: (viewerId, ids) =>
      through(gate, 'factsAbout', async () => {
        queries.push(`factsAbout ${viewerId} ${ids.length}`);
        const facts = await Promise.all(
          ids.flatMap(async (id): Promise<readonly (readonly [string, ActFacts])[]> => {
            const stored = acts.get(id);
            return stored ? [[id, await factsFor(stored, viewerId)]] : [];
          }),
        );
        return new Map(facts.flat());
      }),
    actsBefore: (changes) =>
      through(gate, 'actsBefore', async () => {
        for (const { objectId } of changes) await gate(`actsBefore ${objectId}`, false);
        queries.push(`actsBefore ${changes.map(({ objectId }) => objectId).join(',')}`);
        return [...acts.values()].flatMap((stored) => {
          const { id, actorId, objectId, seq, audience } = stored.act;
          const isMeant = changes.some(
            (asked) => asked.objectId === objectId && seq < asked.change.below && wasThere(stored, asked.change),
          );
          return objectId !== null && audience !== 'NOBODY' && isMeant ? [{ id, actorId, objectId }] : [];
        });
      }),
    acts: async (ids) => ids.flatMap((id) => acts.get(id)?.act ?? []),
    latestActs: (viewerId, actorIds, limit) =>
      through(gate, 'latestActs', async () => {
        queries.push(`latestActs ${viewerId} ${actorIds.join(',')}`);
        return withFacts(
          viewerId,
          actorIds.flatMap((id) =>
            latestFirst()
              .filter(({ act }) => act.actorId === id)
              .slice(0, limit),
          ),
        );
      }),
    latestActsAbout: (viewerId, { ownerIds, objectIds }, limit) =>
      through(gate, 'latestActsAbout', async () => {
        const roster = await people.roster(viewerId, 10_000);
        const isMeant = async ({ act: { objectId, actorId } }: StoredAct) => {
          if (objectId === null || !roster.includes(actorId)) return false;
          const owner = (await social.factsOf(viewerId, objectId))?.owner?.userId;
          return objectIds.includes(objectId) || (owner !== undefined && ownerIds.includes(owner));
        };
        const found: StoredAct[] = [];
        for (const stored of latestFirst()) if (await isMeant(stored)) found.push(stored);
        return withFacts(viewerId, found.slice(0, limit));
      }),
  };

  const fanout = createTimelineFanout({
    bus: {
      subscribeActs: (id, listener) => through(gate, 'subscribe', () => bus.subscribeActs(id, listener)),
      subscribeTray: (id, listener) => bus.subscribeTray(id, listener),
    },
    timelines,
    people: { roster: (id, limit) => through(gate, 'roster', () => people.roster(id, limit)) },
    reads: createReadBudget({ rateLimits: NO_LIMITS }),
    onError: (error) => errors.push(error),
    onGivenUp: (error) => givenUp.push(error),
  });
  await bus.subscribeAccessChanges(fanout.accessChanged);

  const publish = async (
    { act, gone }: StoredAct,
    lost: boolean,
    how: { readonly withObject?: true; readonly use?: ConversationUse | null } = {},
  ) => {
    if (!lost) await bus.publishSocial({ kind: 'act', act, gone, ...how });
  };
  const muted = async (userId: string, target: MuteTarget, isMuted: boolean) => {
    if (isMuted) mutes.add(keyOf(userId, target));
    else mutes.delete(keyOf(userId, target));
    await bus.publishSocial({ kind: 'mute', userId, target, muted: isMuted });
  };
  const watch = (viewer: Viewer | string, spent = budget()) =>
    fanout.watchTimeline(asViewer(viewer), { budget: spent });

  return {
    ...social,
    fanout,
    errors,
    givenUp,
    queries,
    watch,
    collect: async (...args: Parameters<typeof watch>) => collect(await watch(...args), { pushed }),
    /** Tells an act as the host does; `lost`: its message is. */
    async tell(id: string, actorId: string, more: Partial<Act> = {}, { lost = false } = {}): Promise<void> {
      const nothing = { objectId: null, objectType: null, text: null, data: null };
      const known = acts.get(id);
      const act = known?.act ?? {
        id,
        verb: 'post',
        actorId,
        ...nothing,
        audience: 'FOLLOWERS',
        at: 0,
        seq: social.nextNumber(),
        ...more,
      };
      const stored = { act, gone: false, goneAt: 0 };
      acts.set(id, stored);
      await publish(stored, lost);
    },
    /** `older`: as a node tells that does not know how the object was used. */
    async retract(id: string, { lost = false, older = false } = {}): Promise<void> {
      const stored = acts.get(id)!;
      stored.gone = true;
      stored.goneAt = social.nextNumber();
      const { objectId } = stored.act;
      await publish(stored, lost, older || objectId === null ? {} : { use: social.useNow(objectId) });
    },
    /** Deletes an object, as the host does, and what was told about it: in batches, after the change. */
    async deleteObject(id: string): Promise<void> {
      const about = [...acts.values()].filter(({ act, gone }) => act.objectId === id && !gone);
      for (const stored of about) Object.assign(stored, { gone: true, goneAt: Number.MAX_SAFE_INTEGER });
      await social.putObject(id, null);
      await untilIdle();
      for (const stored of about) await publish(stored, false, { withObject: true });
    },
    mute: (userId: string, target: MuteTarget) => muted(userId, target, true),
    unmute: (userId: string, target: MuteTarget) => muted(userId, target, false),
    /** What the viewer's timeline answers, the latest first. */
    page: async (viewerId: string) => (await timelines.timeline(viewerId, { first: 100, after: null })).items,
  };
};

/** `+id` for an act, `-id` for one that is gone. */
export const heard = (events: readonly ActView[]): readonly string[] =>
  events.map(({ act, gone }) => `${gone ? '-' : '+'}${act.id}`);
