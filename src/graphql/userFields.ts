/** Users as the host describes them, their follows and blocks, and the circles and conversations of the host. */
import type { ListedUser, UserListPage } from '../service/relationLists.js';
import type { Builder } from './builder.js';
import { type Context, callerOf } from './context.js';
import type { PageInfoRef } from './pageInfo.js';
import type { PrivacyTypes } from './privacyFields.js';

/** The source of the type `User`: its fields load name and picture when a document asks for them. */
export interface UserShape {
  readonly id: string;
  /** Visibility was revoked with this event: name and picture are null. */
  readonly profileHidden: boolean;
}

type ProfileField = 'name' | 'avatarUrl';

/** A field of the profile. At once where the profile is at hand: an execution for many must not wait. */
const fieldOf =
  (field: ProfileField) =>
  ({ id, profileHidden }: UserShape, _: unknown, { loaders }: Pick<Context, 'loaders'>) => {
    if (profileHidden) return null;
    const profile = loaders.profile.load(id);
    return profile instanceof Promise ? profile.then((read) => read?.[field] ?? null) : (profile?.[field] ?? null);
  };

/** Adds the type `User`. */
export const addUser = (builder: Builder) =>
  builder.objectRef<UserShape>('User').implement({
    description: 'What the host application says of a user, for showing beside their presence.',
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.string({ nullable: true, resolve: fieldOf('name') }),
      avatarUrl: t.string({
        nullable: true,
        description: 'An `http` or `https` address.',
        resolve: fieldOf('avatarUrl'),
      }),
    }),
  });

export type UserRef = ReturnType<typeof addUser>;

/** Follows and blocks, by the users themselves. */
export const addRelations = (builder: Builder): void => {
  const whetherOrNot = 'True, whether or not there is such a user.';
  const byHost = 'FORBIDDEN where the host keeps follows to itself, and to service tokens';
  builder.mutationFields((t) => ({
    follow: t.boolean({
      description: `${whetherOrNot}
Errors: ${byHost}; BAD_USER_INPUT for oneself and beyond 10,000 follows; RATE_LIMITED.`,
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_, { userId }, ctx) => ctx.relations.follow(callerOf(ctx).viewer, userId),
    }),
    unfollow: t.boolean({
      description: `${whetherOrNot}
Errors: ${byHost}; RATE_LIMITED.`,
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_, { userId }, ctx) => ctx.relations.unfollow(callerOf(ctx).viewer, userId),
    }),
    block: t.boolean({
      description: `Hides both users from each other, from this moment on, open subscriptions included. Removes no follow and no
membership: \`unblock\` restores what was. ${whetherOrNot}
Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for oneself and beyond 10,000 blocks; RATE_LIMITED.`,
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_, { userId }, ctx) => ctx.relations.block(callerOf(ctx).viewer, userId),
    }),
    unblock: t.boolean({
      description: `${whetherOrNot} Errors: FORBIDDEN to service tokens; RATE_LIMITED.`,
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_, { userId }, ctx) => ctx.relations.unblock(callerOf(ctx).viewer, userId),
    }),
  }));
};

/** Lists of those relations, by the users themselves. */
export const addRelationLists = (
  builder: Builder,
  { User, PageInfo }: { readonly User: UserRef; readonly PageInfo: PageInfoRef },
): void => {
  const UserEdge = builder.objectRef<ListedUser>('UserEdge').implement({
    fields: (t) => ({
      cursor: t.exposeString('cursor'),
      node: t.field({ type: User, resolve: ({ userId, isVisible }) => ({ id: userId, profileHidden: !isVisible }) }),
    }),
  });
  const UserConnection = builder.objectRef<UserListPage>('UserConnection').implement({
    fields: (t) => ({
      edges: t.field({ type: [UserEdge], resolve: ({ items }) => items }),
      pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
    }),
  });
  const errors = `\`first\` is 1 to 500. Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for a \`first\` outside of that, or an \`after\` that is no
cursor of this field; RATE_LIMITED.`;
  builder.queryFields((t) => ({
    following: t.field({
      type: UserConnection,
      description: `Whom the caller follows, by id, whether or not there is such a user. \`name\` and \`avatarUrl\` are null for a user whom the
caller may not see. ${errors}`,
      args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
      resolve: (_, { first, after }, ctx) =>
        ctx.relations.following(callerOf(ctx).viewer, { first, after: after ?? null }),
    }),
    blocked: t.field({
      type: UserConnection,
      description: `Whom the caller blocked, by id, whether or not there is such a user. \`name\` and \`avatarUrl\` are null: a block hides both ways.
${errors}`,
      args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
      resolve: (_, { first, after }, ctx) =>
        ctx.relations.blocked(callerOf(ctx).viewer, { first, after: after ?? null }),
    }),
  }));
};

const forTheHost = 'Errors: FORBIDDEN unless the token has the scope `service`';
const bulk = `${forTheHost}; BAD_USER_INPUT beyond 1,000 items`;

/** Users and follows, by the host's back end. */
export const addHostedUsers = (builder: Builder, { UpdatePrivacyInput }: Pick<PrivacyTypes, 'UpdatePrivacyInput'>) => {
  const UserInput = builder.inputType('UserInput', {
    description: 'What is left out stays as it is; a null `name` or `avatarUrl` is cleared.',
    fields: (t) => ({
      id: t.id({ required: true }),
      name: t.string({ description: 'At most 128 characters.' }),
      avatarUrl: t.string({ description: 'An absolute `http` or `https` address of at most 2,048 characters.' }),
      privacy: t.field({ type: UpdatePrivacyInput, description: 'Not null: leave it out to keep it as it is.' }),
    }),
  });
  const FollowInput = builder.inputType('FollowInput', {
    fields: (t) => ({ followerId: t.id({ required: true }), followeeId: t.id({ required: true }) }),
  });

  builder.mutationFields((t) => ({
    upsertUsers: t.int({
      description: `Creates or updates users, and brings back deleted ones, anew. A user named twice is updated twice, in order.
Returns how many users were named.
${bulk}, or for a name or picture that is too long or malformed.`,
      args: { users: t.arg({ type: [UserInput], required: true }) },
      resolve: (_, { users }, ctx) => ctx.relations.upsertUsers(callerOf(ctx).viewer, users),
    }),
    deleteUser: t.boolean({
      description: `Forgets a user: presence, sessions, relations, memberships; a tombstone stays, so that old tokens do not bring them
back. False when there was no such user. ${forTheHost}.`,
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_, { userId }, ctx) => ctx.relations.deleteUser(callerOf(ctx).viewer, userId),
    }),
    addFollows: t.int({
      description: `Adds follows in bulk, all or none. Returns how many were new.
${bulk}, beyond 10,000 follows of a user, and for a user who would follow themselves.`,
      args: { follows: t.arg({ type: [FollowInput], required: true }) },
      resolve: (_, { follows }, ctx) => ctx.relations.addFollows(callerOf(ctx).viewer, follows),
    }),
    removeFollows: t.int({
      description: `Removes follows in bulk. Returns how many there were.
${bulk}.`,
      args: { follows: t.arg({ type: [FollowInput], required: true }) },
      resolve: (_, { follows }, ctx) => ctx.relations.removeFollows(callerOf(ctx).viewer, follows),
    }),
  }));
};

/** Circles and conversations, by the host's back end. */
export const addMemberships = (builder: Builder, { Audience }: Pick<PrivacyTypes, 'Audience'>): void => {
  const members = `${forTheHost}; BAD_USER_INPUT beyond 5,000 members`;
  builder.mutationFields((t) => ({
    putCircle: t.boolean({
      description: `Creates the circle, or replaces its members.
${members}.`,
      args: { id: t.arg.id({ required: true }), memberIds: t.arg.idList({ required: true }) },
      resolve: (_, { id, memberIds }, ctx) => ctx.relations.putCircle(callerOf(ctx).viewer, id, memberIds),
    }),
    deleteCircle: t.boolean({
      description: `False when there was no such circle. ${forTheHost}.`,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, ctx) => ctx.relations.deleteCircle(callerOf(ctx).viewer, id),
    }),
    putConversation: t.boolean({
      description: `Creates the conversation, or replaces its members. An \`open\` one is readable and writable by every signed-in user.
With an owner and an audience, who is in that audience of the owner may use it, beside the owner and the members; with an
owner alone, the owner and the members. Never who is blocked either way with the owner. Beside \`open: true\` the audience
says nothing. All of it is replaced at each call. ${members}, and for an \`audience\` without an owner.`,
      args: {
        id: t.arg.id({ required: true }),
        memberIds: t.arg.idList({ required: true }),
        open: t.arg.boolean({ required: true, defaultValue: false }),
        ownerId: t.arg.id(),
        audience: t.arg({ type: Audience }),
      },
      resolve: (_, { id, memberIds, open, ownerId, audience }, ctx) =>
        ctx.relations.putConversation(callerOf(ctx).viewer, id, {
          memberIds,
          open,
          ownerId: ownerId ?? null,
          audience: audience ?? null,
        }),
    }),
    deleteConversation: t.boolean({
      description: `False when there was no such conversation. ${forTheHost}.`,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, ctx) => ctx.relations.deleteConversation(callerOf(ctx).viewer, id),
    }),
  }));
};
