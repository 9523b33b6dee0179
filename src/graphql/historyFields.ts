/** The history of presence, for the host's back end. */
import type { SpanView } from '../service/historyService.js';
import type { CursorPage } from '../service/socialContract.js';
import type { Builder } from './builder.js';
import type { ContentTypes } from './content.js';
import { callerOf } from './context.js';
import type { PageInfoRef } from './pageInfo.js';

type Edge = CursorPage<SpanView>['items'][number];

export const addHistory = (
  builder: Builder,
  {
    PageInfo,
    PresenceStatus,
    DeviceType,
  }: { readonly PageInfo: PageInfoRef } & Pick<ContentTypes, 'PresenceStatus' | 'DeviceType'>,
): void => {
  const PresenceSpan = builder.objectRef<SpanView>('PresenceSpan').implement({
    description: `A user was seen with this status on this device from \`from\` until \`to\`. A user on two devices has a span of each; while
nobody sees the user live there is none.`,
    fields: (t) => ({
      userId: t.exposeID('userId'),
      device: t.expose('device', { type: DeviceType }),
      status: t.expose('status', {
        type: PresenceStatus,
        description: 'As others saw it: never INVISIBLE or OFFLINE.',
      }),
      from: t.expose('from', { type: 'DateTime' }),
      to: t.expose('to', { type: 'DateTime', nullable: true, description: 'Null while it goes on.' }),
    }),
  });
  const PresenceSpanEdge = builder.objectRef<Edge>('PresenceSpanEdge').implement({
    fields: (t) => ({
      cursor: t.exposeString('cursor'),
      node: t.expose('node', { type: PresenceSpan }),
    }),
  });
  const PresenceSpanConnection = builder.objectRef<CursorPage<SpanView>>('PresenceSpanConnection').implement({
    fields: (t) => ({
      edges: t.field({ type: [PresenceSpanEdge], resolve: ({ items }) => items }),
      pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
    }),
  });

  builder.queryField('presenceHistory', (t) =>
    t.field({
      type: PresenceSpanConnection,
      description: `When a user was seen, and how: the spans that overlap \`from\` (inclusive) to \`to\` (exclusive), by their beginnings,
for the host's back end: a token with the scope \`service\`. None of a user who does not exist. Spans are kept for
PRESENCE_HISTORY after their end, and are there a second or two after it happened. \`first\` is 1 to 500.
Errors: FORBIDDEN to everybody else; NOT_FOUND where the server keeps no history; BAD_USER_INPUT for a \`first\` outside of
that, an \`after\` that is no cursor of this field, and a \`to\` that is not after \`from\` or more than 366 days later.`,
      args: {
        userId: t.arg.id({ required: true }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
        first: t.arg.int({ required: true, defaultValue: 100 }),
        after: t.arg.string(),
      },
      resolve: (_, { userId, from, to, first, after }, ctx) =>
        ctx.presence.presenceHistory(callerOf(ctx).viewer, { userId, from, to, first, after: after ?? null }),
    }),
  );
};
