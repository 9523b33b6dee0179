/** People, journal and limits in memory, for tests of what is built on them. */
import { pairKey } from '../../../src/presence/pairs.js';
import type { AccessChange, Bus } from '../../../src/presence/ports/bus.js';
import type { UserProfile } from '../../../src/presence/ports/directory.js';
import type { ConversationOwner } from '../../../src/presence/ports/groups.js';
import type { Journal } from '../../../src/presence/ports/journal.js';
import type { RateLimits } from '../../../src/presence/ports/rates.js';
import type { UserPage } from '../../../src/presence/ports/relations.js';
import type { People } from '../../../src/presence/ports/stores.js';
import type { JournalRow } from '../../../src/presence/types.js';
import {
  type AccessFacts,
  AUDIENCES,
  type ConversationFacts,
  DEFAULT_PRIVACY,
  effectivePrivacy,
  mayRevokeUse,
  mayUse,
  type Privacy,
} from '../../../src/presence/visibility.js';

interface Group {
  readonly members: readonly string[];
  readonly open: boolean;
  readonly owner?: ConversationOwner;
}

interface User {
  readonly generation: number;
  readonly deleted: boolean;
}

const pairOf = (from: string, to: string) => JSON.stringify([from, to]);

const NO_BUS: Pick<Bus, 'publishAccessChange'> = { async publishAccessChange() {} };

/**
 * The ports of people over maps and sets. Writes change them and publish through `bus`; reads answer from them at once.
 * `userIds` exist from the start. Beside `people` and `journal` it returns what a test arranges without a publication:
 * `conversations`, `privacies`, `follow` and `block`.
 */
export const createFakePeople = ({
  bus = NO_BUS,
  userIds = [],
}: {
  readonly bus?: Pick<Bus, 'publishAccessChange'>;
  readonly userIds?: readonly string[];
} = {}) => {
  const users = new Map<string, User>(userIds.map((id) => [id, { generation: 1, deleted: false }]));
  const privacies = new Map<string, Privacy>();
  const follows = new Set<string>();
  const blocks = new Set<string>();
  const circles = new Map<string, Group>();
  const conversations = new Map<string, Group>();
  const named = new Map<string, { readonly name?: string | null; readonly avatarUrl?: string | null }>();
  /** Those that were read since they changed. */
  const profiles = new Map<string, UserProfile | null>();
  const persisted = new Map<string, NonNullable<JournalRow['persisted']>>();

  const exists = (userId: string) => users.get(userId)?.deleted === false;
  const privacyOf = (userId: string) => privacies.get(userId) ?? DEFAULT_PRIVACY;
  const blocked = (a: string, b: string) => blocks.has(pairOf(a, b)) || blocks.has(pairOf(b, a));
  const share = (groups: Iterable<Group>, a: string, b: string) =>
    [...groups].some(({ members, open }) => !open && members.includes(a) && members.includes(b));

  const accessFactsOf = (viewerId: string, userId: string): AccessFacts => ({
    exists: exists(userId),
    privacy: privacyOf(userId),
    follows: follows.has(pairOf(viewerId, userId)),
    followedBy: follows.has(pairOf(userId, viewerId)),
    sharesCircle: share(circles.values(), viewerId, userId),
    sharesConversation: share(conversations.values(), viewerId, userId),
    blocked: blocked(viewerId, userId),
  });

  const conversationFactsOf = (id: string, userId: string): ConversationFacts | undefined => {
    const group = conversations.get(id);
    if (!group) return undefined;
    const facts = { open: group.open, isMember: group.members.includes(userId) };
    if (!group.owner) return facts;
    const { userId: ownerId, audience } = group.owner;
    return {
      ...facts,
      owner: { userId: ownerId, audience, exists: exists(ownerId), relation: accessFactsOf(userId, ownerId) },
    };
  };
  const isUsingMember = (id: string, userId: string): boolean => {
    const facts = conversationFactsOf(id, userId);
    return facts?.isMember === true && mayUse(facts, userId);
  };

  const relate = async (set: Set<string>, from: string, to: string, holds: boolean, mayRevoke: boolean) => {
    const pair = pairOf(from, to);
    if (set.has(pair) === holds) return;
    if (holds) set.add(pair);
    else set.delete(pair);
    const isFirstBlock = set === blocks && holds && !blocks.has(pairOf(to, from));
    await bus.publishAccessChange({
      ...{ kind: 'relation', users: [from, to], mayRevoke },
      ...(isFirstBlock && { firstBlock: true }),
    });
  };

  const listed = (set: Set<string>, userId: string, { after, limit }: UserPage): readonly string[] =>
    [...set]
      .map((pair): [string, string] => JSON.parse(pair))
      .filter(([from, to]) => from === userId && to > (after ?? ''))
      .map(([, to]) => to)
      .sort()
      .slice(0, limit);

  const putGroup = async (
    kind: 'circle' | 'conversation',
    id: string,
    next: Group | undefined,
    groups: Map<string, Group>,
  ): Promise<boolean> => {
    const before = groups.get(id);
    if (next) groups.set(id, next);
    else groups.delete(id);
    const [was, is] = [new Set(before?.members), new Set(next?.members)];
    const members = [...new Set([...was, ...is])];
    const flipped = before !== undefined && next !== undefined && before.open !== next.open;
    const use = ({ open, owner }: Group) => ({
      open,
      ownerId: owner?.userId ?? null,
      audience: owner?.audience ?? null,
    });
    const owned =
      before !== undefined && next !== undefined && JSON.stringify(use(before)) !== JSON.stringify(use(next));
    const changed = owned ? members : members.filter((userId) => was.has(userId) !== is.has(userId));
    const revokes = before !== undefined && next !== undefined && mayRevokeUse(use(before), use(next));
    const mayRevoke =
      flipped || revokes || [...was].some((userId) => !is.has(userId)) || (before !== undefined && !next);
    const change: AccessChange = { kind, id, changed, members, mayRevoke };
    if (changed.length > 0 || owned || (before === undefined) !== (next === undefined))
      await bus.publishAccessChange(change);
    return before !== undefined;
  };

  const people: People = {
    async ensure(userId) {
      if (!users.has(userId)) await people.upsertUsers([{ id: userId }]);
      return exists(userId);
    },
    deletedAmong: async (userIds) => new Set(userIds.filter((id) => users.has(id) && !exists(id))),
    accessFacts: async (pairs) =>
      new Map(pairs.map(({ viewerId, userId }) => [pairKey(viewerId, userId), accessFactsOf(viewerId, userId)])),
    accessFactsToWatch: (pairs) => people.accessFacts(pairs),
    async profiles(userIds) {
      const unread = userIds.filter((id) => !profiles.has(id));
      for (const id of unread)
        profiles.set(id, exists(id) ? { id, name: null, avatarUrl: null, ...named.get(id) } : null);
      return new Map(
        userIds.flatMap((id) => {
          const profile = profiles.get(id);
          return profile ? [[id, profile] as const] : [];
        }),
      );
    },
    knownProfile: (userId) => profiles.get(userId),
    async roster(viewerId, limit) {
      const followed = [...follows].map((pair): [string, string] => JSON.parse(pair));
      const ids = [
        ...followed.filter(([from]) => from === viewerId).map(([, to]) => to),
        ...[...circles.values()].filter(({ members }) => members.includes(viewerId)).flatMap(({ members }) => members),
      ];
      return [...new Set(ids)]
        .filter((id) => id !== viewerId)
        .sort()
        .slice(0, limit);
    },
    async rosterAccessFacts(viewerId, limit) {
      const ids = await people.roster(viewerId, limit);
      return new Map(ids.map((userId) => [userId, accessFactsOf(viewerId, userId)]));
    },
    privacy: async (userId) => effectivePrivacy(privacyOf(userId)),

    conversation: async (id, userId) => conversationFactsOf(id, userId),
    async conversationFor(id, userIds) {
      if (!conversations.has(id)) return new Map();
      return new Map(userIds.map((userId) => [userId, conversationFactsOf(id, userId)!]));
    },
    async conversationFacts(pairs) {
      return new Map(
        pairs.flatMap(({ userId, conversationId }) => {
          const facts = conversationFactsOf(conversationId, userId);
          return facts ? [[pairKey(userId, conversationId), facts] as const] : [];
        }),
      );
    },
    membership: async (id, userId) => conversationFactsOf(id, userId),
    conversationsOwnedBy: async (userId, limit) =>
      [...conversations]
        .filter(([, { owner }]) => owner?.userId === userId)
        .map(([id]) => id)
        .slice(0, limit),
    conversationsOf: async (userId, limit) =>
      [...conversations]
        .filter(([, { members }]) => members.includes(userId))
        .map(([id, { owner }]) => ({
          id,
          ownerId: owner?.userId ?? null,
          blocked: owner !== undefined && blocked(userId, owner.userId),
        }))
        .slice(0, limit),
    conversationsAmong: async (userId, ids) => new Set(ids.filter((id) => isUsingMember(id, userId))),
    blockedAmong: async (userId, others) => new Set(others.filter((other) => blocked(userId, other))),

    async updatePrivacy(userId, change) {
      const before = privacyOf(userId);
      const privacy = { ...before, ...change };
      privacies.set(userId, privacy);
      const wider = (facet: keyof Privacy) => AUDIENCES.indexOf(privacy[facet]) <= AUDIENCES.indexOf(before[facet]);
      const mayRevoke = !(['status', 'lastSeen', 'activity'] as const).every(wider);
      await bus.publishAccessChange({ kind: 'user', userId, mayRevoke, deleted: false });
      return effectivePrivacy(privacy);
    },
    following: async (userId, page) => listed(follows, userId, page),
    blocked: async (userId, page) => listed(blocks, userId, page),
    follow: (from, to) => relate(follows, from, to, true, false),
    unfollow: (from, to) => relate(follows, from, to, false, true),
    block: (from, to) => relate(blocks, from, to, true, true),
    unblock: (from, to) => relate(blocks, from, to, false, false),

    async upsertUsers(upserts) {
      for (const { id, privacy, name, avatarUrl } of upserts) {
        const before = users.get(id);
        const profile = { ...(name !== undefined && { name }), ...(avatarUrl !== undefined && { avatarUrl }) };
        const isNamed = Object.keys(profile).length > 0;
        if (before?.deleted === false && !privacy && !isNamed) continue;
        named.set(id, { ...named.get(id), ...profile });
        profiles.delete(id);
        const generation = (before?.generation ?? 0) + (before?.deleted ? 1 : 0);
        users.set(id, { generation, deleted: false });
        privacies.set(id, { ...privacyOf(id), ...privacy });
        // Another user by the same id owns nothing of what the former one did.
        if (before?.deleted)
          for (const [key, group] of conversations)
            if (group.owner?.userId === id) conversations.set(key, { ...group, owner: { ...group.owner, userId: '' } });
        await bus.publishAccessChange({
          kind: 'user',
          userId: id,
          mayRevoke: before?.deleted === false && privacy !== undefined,
          deleted: false,
        });
      }
      return upserts.length;
    },
    async deleteUser(userId) {
      const user = users.get(userId);
      if (!user || user.deleted) return false;
      users.set(userId, { generation: user.generation, deleted: true });
      privacies.delete(userId);
      named.delete(userId);
      profiles.delete(userId);
      persisted.delete(userId);
      for (const set of [follows, blocks]) {
        for (const pair of set) if (JSON.parse(pair).includes(userId)) set.delete(pair);
      }
      for (const groups of [circles, conversations]) {
        for (const [id, group] of groups) {
          groups.set(id, { ...group, members: group.members.filter((member) => member !== userId) });
        }
      }
      await bus.publishAccessChange({ kind: 'user', userId, mayRevoke: true, deleted: true });
      return true;
    },
    async addFollows(pairs) {
      for (const { followerId, followeeId } of pairs) await people.follow(followerId, followeeId);
      return pairs.length;
    },
    async removeFollows(pairs) {
      for (const { followerId, followeeId } of pairs) await people.unfollow(followerId, followeeId);
      return pairs.length;
    },
    async putCircle(id, memberIds) {
      await putGroup('circle', id, { members: memberIds, open: false }, circles);
    },
    deleteCircle: (id) => putGroup('circle', id, undefined, circles),
    async putConversation(id, memberIds, open, owner) {
      await putGroup('conversation', id, { members: memberIds, open, ...(owner && { owner }) }, conversations);
    },
    deleteConversation: (id) => putGroup('conversation', id, undefined, conversations),
  };

  const journal: Journal = {
    async read(userIds) {
      const rows = new Map<string, JournalRow>();
      for (const userId of userIds.filter(exists)) {
        rows.set(userId, { generation: users.get(userId)!.generation, persisted: persisted.get(userId) ?? null });
      }
      return rows;
    },
    async write(rows) {
      for (const { userId, generation, ...row } of rows) {
        const isNewer = row.revision >= (persisted.get(userId)?.revision ?? 0);
        if (exists(userId) && users.get(userId)!.generation === generation && isNewer) persisted.set(userId, row);
      }
    },
  };

  return {
    people,
    journal,
    conversations,
    privacies,
    follow(follower: string, followee: string): void {
      follows.add(pairOf(follower, followee));
    },
    block(blocker: string, blocked: string): void {
      blocks.add(pairOf(blocker, blocked));
    },
  };
};

/** Nobody is ever limited. */
export const NO_LIMITS: RateLimits = { async take() {}, async count() {} };
