/** The caller's tray: notices, their totals, and what the caller mutes. */
import type { CursorPage } from '../service/socialContract.js';
import type {
  InboxChange as InboxChangeShape,
  Inbox as InboxShape,
  Notice as NoticeShape,
} from '../social/socialTypes.js';
import type { Builder } from './builder.js';
import { callerOf } from './context.js';
import type { PageInfoRef } from './pageInfo.js';
import { type ActTypes, NO_INSTANT } from './socialActFields.js';
import type { UserRef } from './userFields.js';

type Types = ActTypes & { readonly User: UserRef; readonly PageInfo: PageInfoRef };

const addNotice = (builder: Builder, { Act, User }: Types) =>
  builder.objectRef<NoticeShape>('Notice').implement({
    description: `One line of the caller's tray: an act that the caller was named in, and those of the same group that came while it was
unread. Reading closes it: what comes afterwards is another notice.`,
    fields: (t) => ({
      id: t.exposeID('id'),
      verb: t.string({ resolve: ({ verb, gone }) => (gone ? '' : verb) }),
      objectId: t.id({ nullable: true, resolve: ({ objectId, gone }) => (gone ? null : objectId) }),
      objectType: t.string({ nullable: true, resolve: ({ objectType, gone }) => (gone ? null : objectType) }),
      actors: t.field({
        type: [User],
        description: 'Who did it, the latest first, each once; at most 3. The others are in `noticeActs`.',
        resolve: ({ actorIds, gone }) => (gone ? [] : actorIds.map((id) => ({ id, profileHidden: false }))),
      }),
      actorCount: t.int({
        description: 'How many did it, each once, without those whom the caller does not see: exact.',
        resolve: ({ actorCount, gone }) => (gone ? 0 : actorCount),
      }),
      latest: t.field({
        type: Act,
        description: 'The latest act.',
        // The id of an act may name its actor.
        resolve: ({ latest, gone }) => ({ act: gone ? { ...latest, id: '' } : latest, gone }),
      }),
      at: t.field({ type: 'DateTime', resolve: ({ at, gone }) => (gone ? NO_INSTANT : at) }),
      isRead: t.boolean({ resolve: ({ isRead, gone }) => !gone && isRead }),
      position: t.string({
        description:
          "The tray's revision at its latest act that the owner sees: the order of the tray. Reading, retracting and blocking do not move it.",
        resolve: ({ position, gone }) => (gone ? '' : String(position)),
      }),
      gone: t.exposeBoolean('gone', { description: 'As `Act.gone`: every act of it was taken back or hidden.' }),
    }),
  });

const addNoticeTypes = (builder: Builder, types: Types) => {
  const Notice = addNotice(builder, types);
  const Inbox = builder.objectRef<InboxShape>('Inbox').implement({
    description: "The totals of the caller's tray, under one id a user.",
    fields: (t) => ({
      id: t.exposeID('userId'),
      unread: t.exposeInt('unread', { description: 'Notices, not acts, that are unread; at most 1,000.' }),
      unseen: t.exposeInt('unseen', {
        description: 'Those of them that came after the last `markSeen`: the badge.',
      }),
      revision: t.string({
        description:
          'Decimal digits; grows with every change of the tray that its owner can see. Give it back as `upTo` and `after`.',
        resolve: ({ revision }) => String(revision),
      }),
      asOf: t.expose('asOf', { type: 'DateTime' }),
    }),
  });
  const InboxChange = builder.objectRef<InboxChangeShape>('InboxChange').implement({
    fields: (t) => ({
      inbox: t.expose('inbox', { type: Inbox }),
      notices: t.field({
        type: [Notice],
        description:
          'Those that came, grew, were read on another device, or went: as they are now, the latest first, at most 50.',
        resolve: ({ notices }) => notices,
      }),
      partial: t.exposeBoolean('partial', { description: 'More changed than are listed: query again.' }),
    }),
  });
  const NoticeEdge = builder.objectRef<CursorPage<NoticeShape>['items'][number]>('NoticeEdge').implement({
    fields: (t) => ({ cursor: t.exposeString('cursor'), node: t.expose('node', { type: Notice }) }),
  });
  const NoticeConnection = builder.objectRef<CursorPage<NoticeShape>>('NoticeConnection').implement({
    fields: (t) => ({
      edges: t.field({ type: [NoticeEdge], resolve: ({ items }) => items }),
      pageInfo: t.field({ type: types.PageInfo, resolve: (page) => page }),
    }),
  });
  return { Inbox, InboxChange, NoticeConnection };
};

const usersOnly = 'FORBIDDEN to service tokens';

export const addNotices = (builder: Builder, types: Types): void => {
  const { Inbox, InboxChange, NoticeConnection } = addNoticeTypes(builder, types);

  builder.queryFields((t) => ({
    inbox: t.field({
      type: Inbox,
      description: `The totals of the caller's tray. Errors: ${usersOnly}; RATE_LIMITED.`,
      resolve: (_, _args, ctx) => ctx.social.inbox(callerOf(ctx).viewer),
    }),
    notices: t.field({
      type: NoticeConnection,
      description: `The latest first. \`first\` is 1 to 100.
Errors: ${usersOnly}; BAD_USER_INPUT for a \`first\` outside of that, or an \`after\` that is no cursor of this field;
RATE_LIMITED.`,
      args: {
        first: t.arg.int({ required: true, defaultValue: 20 }),
        after: t.arg.string(),
        unreadOnly: t.arg.boolean({ required: true, defaultValue: false }),
      },
      resolve: (_, { first, after, unreadOnly }, ctx) =>
        ctx.social.notices(callerOf(ctx).viewer, { first, after: after ?? null, unreadOnly }),
    }),
    noticeActs: t.field({
      type: types.ActConnection,
      description: `Every act of a notice that the caller sees, the latest first: who the 12 others are. Errors: NOT_FOUND; BAD_USER_INPUT as for \`notices\`; ${usersOnly}; RATE_LIMITED.`,
      args: {
        noticeId: t.arg.id({ required: true }),
        first: t.arg.int({ required: true, defaultValue: 20 }),
        after: t.arg.string(),
      },
      resolve: (_, { noticeId, first, after }, ctx) =>
        ctx.social.noticeActs(callerOf(ctx).viewer, noticeId, { first, after: after ?? null }),
    }),
  }));

  builder.mutationFields((t) => ({
    markSeen: t.field({
      type: Inbox,
      description: `The badge goes out, on every device. Errors: BAD_USER_INPUT for an \`upTo\` that is no revision; ${usersOnly};
RATE_LIMITED.`,
      args: { upTo: t.arg.string({ required: true }) },
      resolve: (_, { upTo }, ctx) => ctx.social.markSeen(callerOf(ctx).viewer, upTo),
    }),
    markRead: t.field({
      type: Inbox,
      description: `Reads the given notices, or all, as they were at the revision \`upTo\`: one that grew since stays unread.
Errors: BAD_USER_INPUT for an \`upTo\` that is no revision, and beyond 1,000 ids; ${usersOnly}; RATE_LIMITED.`,
      args: { upTo: t.arg.string({ required: true }), noticeIds: t.arg.idList() },
      resolve: (_, { upTo, noticeIds }, ctx) => ctx.social.markRead(callerOf(ctx).viewer, upTo, noticeIds ?? null),
    }),
    mute: t.boolean({
      description: `No notices and no acts of that user, or about that object, until unmuted. Nobody is told. True, whether or not there is
such a user or object.
Errors: BAD_USER_INPUT for none of the two, for both, and beyond 10,000 mutes; ${usersOnly}; RATE_LIMITED.`,
      args: { userId: t.arg.id(), objectId: t.arg.id() },
      resolve: (_, { userId, objectId }, ctx) =>
        ctx.social.mute(callerOf(ctx).viewer, { userId: userId ?? null, objectId: objectId ?? null }),
    }),
    unmute: t.boolean({
      description: `True, whether or not it was muted. Errors: BAD_USER_INPUT as for \`mute\`; ${usersOnly}; RATE_LIMITED.`,
      args: { userId: t.arg.id(), objectId: t.arg.id() },
      resolve: (_, { userId, objectId }, ctx) =>
        ctx.social.unmute(callerOf(ctx).viewer, { userId: userId ?? null, objectId: objectId ?? null }),
    }),
  }));

  builder.subscriptionField('inboxChanged', (t) =>
    t.field({
      type: InboxChange,
      description: `The caller's tray as it changes. Begins with what changed after the revision \`after\`, or with the totals alone.
Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for an \`after\` that is no revision, and beyond 50 subscriptions and
5,000 watched users a connection, of whom the caller is one here; RATE_LIMITED.`,
      args: { after: t.arg.string() },
      subscribe: (_, { after }, ctx) => {
        const { viewer, connectionId } = callerOf(ctx);
        return ctx.hub.watchInbox(viewer, { after: after ?? null, connectionId, budget: ctx.budget });
      },
      resolve: (change) => change,
    }),
  );
};
