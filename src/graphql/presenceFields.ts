/** Reads, changes and subscriptions of presence. */
import type { Page } from '../presence/rosterOrder.js';
import { checkIds } from '../presence/validate.js';
import type { PresenceView } from '../presence/view.js';
import type { SetPresence } from '../service/contract.js';
import type { Builder } from './builder.js';
import { type ContentTypes, toActivities, toStatusMessage } from './content.js';
import { callerOf } from './context.js';
import type { PageInfoRef } from './pageInfo.js';
import type { UserRef } from './userFields.js';

/** Adds the type `Presence`. */
export const addPresenceType = (
  builder: Builder,
  { User, PresenceStatus, StatusMessage, Activity, DeviceType }: ContentTypes & { readonly User: UserRef },
) =>
  builder.objectRef<PresenceView>('Presence').implement({
    description: `One user's presence as the caller may see it. A user whom the caller may not see is indistinguishable
from one who does not exist.`,
    fields: (t) => ({
      id: t.exposeID('userId', { description: "The user's id, under the name that normalising caches look for." }),
      userId: t.exposeID('userId'),
      user: t.field({
        type: User,
        resolve: ({ userId, revoked }) => ({ id: userId, profileHidden: revoked === true }),
      }),
      status: t.expose('status', { type: PresenceStatus }),
      statusMessage: t.expose('statusMessage', { type: StatusMessage, nullable: true }),
      activities: t.field({
        type: [Activity],
        description: "Newest first. Empty for callers outside the user's activity audience.",
        resolve: ({ activities }) => activities,
      }),
      devices: t.field({
        type: [DeviceType],
        description:
          'The kinds of device with a live session; empty unless the user is seen live, and for callers outside the activity audience.',
        resolve: ({ devices }) => devices,
      }),
      lastSeen: t.expose('lastSeen', {
        type: 'DateTime',
        nullable: true,
        description:
          'The last moment the user was seen live. Null while seen live, when never seen live, and for callers outside the last-seen audience.',
      }),
      isTyping: t.boolean({
        description: 'Whether the user types in a conversation that the caller shares. Typing alone makes no event.',
        resolve: ({ userId, revoked }, _, { loaders }) => revoked !== true && loaders.isTyping.load(userId),
      }),
      asOf: t.expose('asOf', {
        type: 'DateTime',
        description: `The instant, on the store's clock, at which this was true. Of two answers about one user keep the later one;
two with the same instant say the same. It does not tell when the user was last active.`,
      }),
    }),
  });

export type PresenceRef = ReturnType<typeof addPresenceType>;

const addConnections = (builder: Builder, Presence: PresenceRef, PageInfo: PageInfoRef) => {
  const PresenceEdge = builder.objectRef<Page['items'][number]>('PresenceEdge').implement({
    fields: (t) => ({
      cursor: t.exposeString('cursor'),
      node: t.expose('view', { type: Presence }),
    }),
  });
  const PresenceConnection = builder.objectRef<Page>('PresenceConnection').implement({
    fields: (t) => ({
      edges: t.field({ type: [PresenceEdge], resolve: ({ items }) => items }),
      pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
    }),
  });
  const OnlineConnection = builder.objectRef<Page & { readonly totalCount: number }>('OnlineConnection').implement({
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount', { description: 'How many are seen live in all, on whatever page.' }),
      edges: t.field({ type: [PresenceEdge], resolve: ({ items }) => items }),
      pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
    }),
  });
  return { PresenceConnection, OnlineConnection };
};

export const addPresenceQueries = (
  builder: Builder,
  {
    Presence,
    PageInfo,
    PresenceStatus,
  }: { readonly Presence: PresenceRef; readonly PageInfo: PageInfoRef } & Pick<ContentTypes, 'PresenceStatus'>,
): void => {
  const { PresenceConnection, OnlineConnection } = addConnections(builder, Presence, PageInfo);
  builder.queryFields((t) => ({
    presence: t.field({
      type: [Presence],
      description: `The presence of the given users, in the order given, without those whom the caller may not see; a user named twice
answers once, at the first place. With no \`userIds\`: of everybody on the caller's roster (see \`roster\`), live ones
first, at most 1,000. Errors: BAD_USER_INPUT beyond 1,000 ids; RATE_LIMITED.`,
      args: { userIds: t.arg.idList() },
      resolve: (_, { userIds }, ctx) => {
        const { viewer } = callerOf(ctx);
        return userIds ? ctx.presence.presenceOf(viewer, userIds) : ctx.presence.presenceOfRoster(viewer);
      },
    }),
    userPresence: t.field({
      type: Presence,
      nullable: true,
      description:
        "One user's presence; null when there is no such user or the caller may not see them. Errors: RATE_LIMITED.",
      args: { userId: t.arg.id({ required: true }) },
      resolve: (_, { userId }, ctx) => ctx.presence.userPresence(callerOf(ctx).viewer, userId),
    }),
    roster: t.field({
      type: PresenceConnection,
      description: `The users whom the caller watches by default: those the caller follows and members of the caller's circles,
without those whom the caller may not see; with \`statuses\`, those alone whom the caller sees so. Live ones first, then
by id. \`first\` is 1 to 500. Errors: BAD_USER_INPUT for a \`first\` outside of that, or an \`after\` that is no cursor of
this field; RATE_LIMITED.`,
      args: {
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
        statuses: t.arg({ type: [PresenceStatus] }),
      },
      resolve: (_, { first, after, statuses }, ctx) =>
        ctx.presence.roster(callerOf(ctx).viewer, { first, after: after ?? null, statuses: statuses ?? null }),
    }),
    online: t.field({
      type: OnlineConnection,
      description: `Everybody seen live, by id, for the host's back end: a token with the scope \`service\`. \`first\` is 1 to 1,000.
Errors: FORBIDDEN to everybody else; BAD_USER_INPUT for a \`first\` outside of that, or an \`after\` that is no cursor of
this field.`,
      args: { first: t.arg.int({ required: true, defaultValue: 100 }), after: t.arg.string() },
      resolve: (_, { first, after }, ctx) => ctx.presence.online(callerOf(ctx).viewer, { first, after: after ?? null }),
    }),
  }));
};

export const addPresenceMutations = (
  builder: Builder,
  {
    Presence,
    PresenceStatus,
    StatusMessageInput,
    ActivityInput,
    DeviceType,
  }: ContentTypes & { readonly Presence: PresenceRef },
): void => {
  const SetPresenceInput = builder.inputType('SetPresenceInput', {
    description: `What is left out stays as it is; an explicit null clears it: a null \`status\` leaves it to the sessions again, as ONLINE
does. A null \`sessionId\` or \`device\` is the same as one left out.`,
    fields: (t) => ({
      status: t.field({ type: PresenceStatus }),
      statusMessage: t.field({ type: StatusMessageInput }),
      activities: t.field({ type: [ActivityInput], description: "Replaces this session's activities. At most 5." }),
      sessionId: t.id({
        description:
          "The session to change. Left out: this connection's; over plain HTTP, the user's most recently active one, or a new one where there is none.",
      }),
      device: t.field({ type: DeviceType }),
    }),
  });

  builder.mutationFields((t) => ({
    setPresence: t.field({
      type: Presence,
      description: `Changes the caller's presence, and answers it as the caller sees it. Renews the session, or starts one.
Errors: RATE_LIMITED, but never for hiding (INVISIBLE or OFFLINE, and nothing beside it) when not hidden yet;
BAD_USER_INPUT; FORBIDDEN to service tokens.`,
      args: { input: t.arg({ type: SetPresenceInput, required: true }) },
      resolve: (_, { input }, ctx) => {
        const { status, statusMessage, activities, sessionId, device } = input;
        const change: SetPresence = {
          ...(status !== undefined && { status: status ?? 'ONLINE' }),
          ...(statusMessage !== undefined && { statusMessage: statusMessage && toStatusMessage(statusMessage) }),
          ...(activities !== undefined && { activities: toActivities(activities ?? []) }),
          ...(sessionId != null && { sessionId }),
          ...(device != null && { device }),
        };
        return ctx.presence.setPresence(callerOf(ctx), change);
      },
    }),
    putActivity: t.boolean({
      description: `Activities that the host knows of (a call, a stream), beside those of the user's own sessions, shown while the user
is live. One list a \`source\`; an empty list clears it. True.
Errors: FORBIDDEN unless the token has the scope \`service\`; NOT_FOUND where there is no such user; BAD_USER_INPUT beyond
5 activities or 20 sources, and for a time or text that does not fit.`,
      args: {
        userId: t.arg.id({ required: true }),
        source: t.arg.id({ required: true }),
        activities: t.arg({ type: [ActivityInput], required: true }),
      },
      resolve: (_, { userId, source, activities }, ctx) =>
        ctx.presence.putActivity(callerOf(ctx).viewer, userId, source, toActivities(activities)),
    }),
  }));
};

export const addPresenceSubscription = (builder: Builder, Presence: PresenceRef): void => {
  builder.subscriptionField('presenceChanged', (t) =>
    t.field({
      type: Presence,
      description: `Presence as it changes, of the given users or, with no \`userIds\`, of everybody on the caller's roster, as it
grows and shrinks. Starts, unless \`snapshot\` is false, with the present state of each, one event a user, with no
change lost in between. A user whom the caller may no longer see is sent one last time, as OFFLINE with nothing else.
An empty list watches nobody, and stays open. Errors: BAD_USER_INPUT beyond 1,000 ids, beyond 50 subscriptions a
connection, and beyond 5,000 watched users a connection; RATE_LIMITED; the connection's other subscriptions go on.`,
      args: {
        userIds: t.arg.idList(),
        snapshot: t.arg.boolean({ required: true, defaultValue: true }),
      },
      subscribe: (_, { userIds, snapshot }, ctx) =>
        ctx.hub.watchPresence(callerOf(ctx).viewer, {
          userIds: userIds ? checkIds(userIds, 'userIds') : null,
          snapshot,
          budget: ctx.budget,
        }),
      resolve: (view) => view,
    }),
  );
};
