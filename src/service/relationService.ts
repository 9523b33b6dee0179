/**
 * Privacy, follows and blocks of a user, and the host's users, circles and conversations
 * (docs/design.md#who-sees-what, docs/design.md#limits-errors). Each method asks whether the caller may, checks its
 * input, takes from the caller's allowance, and writes, in this order.
 */
import { badInput, forbidden } from '../presence/errors.js';
import type { Directory, UserUpsert } from '../presence/ports/directory.js';
import type { GroupStore } from '../presence/ports/groups.js';
import type { RateLimits } from '../presence/ports/rates.js';
import type { RelationStore } from '../presence/ports/relations.js';
import {
  checkAvatarUrl,
  checkCount,
  checkId,
  checkIds,
  checkUserName,
  MAX_ITEMS,
  MAX_MEMBERS,
} from '../presence/validate.js';
import { type Audience, effectivePrivacy, type Privacy, type Viewer } from '../presence/visibility.js';
import { requireService, userOf } from './callerUser.js';
import type { UserQueue } from './userQueue.js';

/** Unchecked input. A facet left out stays as it is; null is refused, since an audience cannot be cleared. */
export type PrivacyInput = { readonly [facet in keyof Privacy]?: Privacy[facet] | null | undefined };

/** Unchecked input. A field left out stays as it is; a null name or picture clears it; no other null is taken. */
export interface UserInput {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly privacy?: PrivacyInput | null | undefined;
}

export interface FollowInput {
  readonly followerId: string;
  readonly followeeId: string;
}

/** Unchecked input: who uses a conversation, see `mayUse`. */
export interface ConversationInput {
  readonly memberIds: readonly string[];
  readonly open: boolean;
  readonly ownerId: string | null;
  readonly audience: Audience | null;
}

/**
 * Methods reject with FORBIDDEN where they are not for this caller, BAD_USER_INPUT, RATE_LIMITED (users only), or
 * UNAVAILABLE. None tells anybody but the host whether a user exists.
 */
export interface Relations {
  /** Returns the caller's effective privacy: `lastSeen` and `activity` are never wider than `status`. */
  updatePrivacy(viewer: Viewer, input: PrivacyInput): Promise<Privacy>;
  /** FORBIDDEN where the host keeps follows to itself. */
  follow(viewer: Viewer, userId: string): Promise<true>;
  unfollow(viewer: Viewer, userId: string): Promise<true>;
  block(viewer: Viewer, userId: string): Promise<true>;
  unblock(viewer: Viewer, userId: string): Promise<true>;

  /** A user named twice is updated twice, in the order given. Returns how many users were named. */
  upsertUsers(viewer: Viewer, users: readonly UserInput[]): Promise<number>;
  /** False when there was no such user. */
  deleteUser(viewer: Viewer, userId: string): Promise<boolean>;
  /** Returns how many were new. */
  addFollows(viewer: Viewer, follows: readonly FollowInput[]): Promise<number>;
  /** Returns how many there were. */
  removeFollows(viewer: Viewer, follows: readonly FollowInput[]): Promise<number>;
  putCircle(viewer: Viewer, id: string, memberIds: readonly string[]): Promise<true>;
  /** False when there was no such circle. */
  deleteCircle(viewer: Viewer, id: string): Promise<boolean>;
  /** BAD_USER_INPUT for an audience without an owner. */
  putConversation(viewer: Viewer, id: string, conversation: ConversationInput): Promise<true>;
  /** False when there was no such conversation. */
  deleteConversation(viewer: Viewer, id: string): Promise<boolean>;
}

const NO_RELATIONS =
  'A service token is no user, so it has no relations or privacy of its own. Use a token of the user.';

const checkPrivacy = (input: PrivacyInput, what: string): Partial<Privacy> => {
  const facets = Object.entries(input).filter(([, audience]) => audience !== undefined);
  for (const [facet, audience] of facets) {
    if (audience === null) throw badInput(`${what}.${facet} is null. Name an audience, or leave it out to keep it.`);
  }
  return Object.fromEntries(facets);
};

const checkUser = ({ id, name, avatarUrl, privacy }: UserInput, what: string): UserUpsert => {
  checkId(id, `${what}.id`);
  if (typeof name === 'string') checkUserName(name, `${what}.name`);
  if (typeof avatarUrl === 'string') checkAvatarUrl(avatarUrl, `${what}.avatarUrl`);
  if (privacy === null) throw badInput(`${what}.privacy is null. Leave it out to keep it as it is.`);
  return {
    id,
    ...(name !== undefined && { name }),
    ...(avatarUrl !== undefined && { avatarUrl }),
    ...(privacy !== undefined && { privacy: checkPrivacy(privacy, `${what}.privacy`) }),
  };
};

/** Each pair once. */
const checkFollows = (follows: readonly FollowInput[], { selves }: { readonly selves: boolean }): FollowInput[] => {
  checkCount(follows.length, 'follows', MAX_ITEMS);
  const pairs = new Map<string, FollowInput>();
  for (const [index, { followerId, followeeId }] of follows.entries()) {
    checkId(followerId, `follows[${index}].followerId`);
    checkId(followeeId, `follows[${index}].followeeId`);
    if (!selves && followerId === followeeId) throw badInput(`follows[${index}] has a user follow themselves.`);
    pairs.set(JSON.stringify([followerId, followeeId]), { followerId, followeeId });
  }
  return [...pairs.values()];
};

export const createRelations = ({
  people,
  rateLimits,
  relationsByUsers,
  hiding,
}: {
  readonly people: Directory & RelationStore & GroupStore;
  readonly rateLimits: RateLimits;
  /** Whether users may follow by themselves (RELATIONS_BY_USERS). */
  readonly relationsByUsers: boolean;
  /** Blocks and unblocks lock two trays: those of a user wait here for each other, and not in the database, where others wait too. */
  readonly hiding: UserQueue;
}): Relations => {
  /** One relation of the calling user to another, whole: permission, input, allowance, write. */
  const relate =
    (
      verb: 'follow' | 'unfollow' | 'block' | 'unblock',
      {
        byHost = false,
        refuseSelf,
        inTurn = (_, work) => work(),
      }: { readonly byHost?: boolean; readonly refuseSelf?: string; readonly inTurn?: UserQueue } = {},
    ) =>
    async (viewer: Viewer, userId: string): Promise<true> => {
      const self = userOf(viewer, NO_RELATIONS);
      if (byHost) throw forbidden('Follows are kept by the host application here. Ask it to follow or unfollow.');
      checkId(userId, 'userId');
      if (userId === self && refuseSelf !== undefined) throw badInput(refuseSelf);
      await rateLimits.take('mutation', self);
      await inTurn(self, () => people[verb](self, userId));
      return true;
    };

  return {
    async updatePrivacy(viewer, input) {
      const self = userOf(viewer, NO_RELATIONS);
      const privacy = checkPrivacy(input, 'input');
      await rateLimits.take('mutation', self);
      return effectivePrivacy(await people.updatePrivacy(self, privacy));
    },

    follow: relate('follow', {
      byHost: !relationsByUsers,
      refuseSelf: 'userId is your own: nobody follows themselves.',
    }),
    unfollow: relate('unfollow', { byHost: !relationsByUsers }),
    block: relate('block', { refuseSelf: 'userId is your own: nobody blocks themselves.', inTurn: hiding }),
    unblock: relate('unblock', { inTurn: hiding }),

    async upsertUsers(viewer, users) {
      requireService(viewer);
      checkCount(users.length, 'users', MAX_ITEMS);
      const checked = users.map((user, index) => checkUser(user, `users[${index}]`));
      return people.upsertUsers(checked);
    },

    async deleteUser(viewer, userId) {
      requireService(viewer);
      checkId(userId, 'userId');
      return people.deleteUser(userId);
    },

    async addFollows(viewer, follows) {
      requireService(viewer);
      return people.addFollows(checkFollows(follows, { selves: false }));
    },

    async removeFollows(viewer, follows) {
      requireService(viewer);
      return people.removeFollows(checkFollows(follows, { selves: true }));
    },

    async putCircle(viewer, id, memberIds) {
      requireService(viewer);
      checkId(id, 'id');
      await people.putCircle(id, checkIds(memberIds, 'memberIds', MAX_MEMBERS));
      return true;
    },

    async deleteCircle(viewer, id) {
      requireService(viewer);
      return people.deleteCircle(checkId(id, 'id'));
    },

    async putConversation(viewer, id, { memberIds, open, ownerId, audience }) {
      requireService(viewer);
      checkId(id, 'id');
      const members = checkIds(memberIds, 'memberIds', MAX_MEMBERS);
      if (ownerId === null && audience !== null) {
        throw badInput('audience is given without ownerId. Name the owner, or leave the audience out.');
      }
      const owner = ownerId === null ? [] : [{ userId: checkId(ownerId, 'ownerId'), audience }];
      await people.putConversation(id, members, open, ...owner);
      return true;
    },

    async deleteConversation(viewer, id) {
      requireService(viewer);
      return people.deleteConversation(checkId(id, 'id'));
    },
  } satisfies Relations;
};
