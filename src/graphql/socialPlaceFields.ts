/** Places: who has this open, is in the call, looks at the post. */
import type { HereChange as HereChangeShape, Here as HereShape } from '../social/socialTypes.js';
import type { Builder } from './builder.js';
import { callerOf } from './context.js';
import type { PresenceRef } from './presenceFields.js';

const addPlaceTypes = (builder: Builder, Presence: PresenceRef) => {
  const Here = builder.objectRef<HereShape>('Here').implement({
    description: `Who is at a place: has it open, is in the call, looks at the post. A place is a conversation. Listed are those whom the
caller may see; nobody who is seen OFFLINE is listed or counted.`,
    fields: (t) => ({
      id: t.exposeID('conversationId', {
        description: "The conversation's id, under the name that normalising caches look for.",
      }),
      conversationId: t.exposeID('conversationId'),
      people: t.field({
        type: [Presence],
        description: 'The first 200, by id, whom the caller may see.',
        resolve: ({ people }) => people,
      }),
      count: t.exposeInt('count', {
        description:
          'Exact up to 200 whom the caller may see; beyond, of all who are seen live, rounded to two digits.',
      }),
      approximate: t.exposeBoolean('approximate'),
      asOf: t.expose('asOf', { type: 'DateTime' }),
    }),
  });
  const HereChange = builder.objectRef<HereChangeShape>('HereChange').implement({
    description:
      'What changed at a place, at most one in BROADCAST_INTERVAL. `here { people }` is the whole; `came` and `went` are enough.',
    fields: (t) => ({
      here: t.expose('here', { type: Here }),
      came: t.field({ type: [Presence], resolve: ({ came }) => came }),
      went: t.idList({ resolve: ({ went }) => went }),
    }),
  });
  return { Here, HereChange };
};

export const addPlaces = (builder: Builder, { Presence }: { readonly Presence: PresenceRef }): void => {
  const { Here, HereChange } = addPlaceTypes(builder, Presence);
  const usable = 'NOT_FOUND unless the caller is a member, or the conversation is open to them';

  builder.queryField('here', (t) =>
    t.field({
      type: Here,
      description: `Who is at a place now. Errors: ${usable}; RATE_LIMITED.`,
      args: { conversationId: t.arg.id({ required: true }) },
      resolve: (_, { conversationId }, ctx) => ctx.presence.here(callerOf(ctx).viewer, conversationId),
    }),
  );

  builder.mutationFields((t) => ({
    enter: t.field({
      type: Here,
      description: `This session is at a place, until \`leave\` or its own end (grace included: a reload is not seen). At most 3 places a
session; the longest ago is left. Errors: NOT_FOUND as for \`here\`; RATE_LIMITED; FORBIDDEN to service tokens.`,
      args: { conversationId: t.arg.id({ required: true }), sessionId: t.arg.id() },
      resolve: (_, { conversationId, sessionId }, ctx) =>
        ctx.presence.enter(callerOf(ctx), { conversationId, ...(sessionId != null && { sessionId }) }),
    }),
    leave: t.boolean({
      description: 'False where the session was not there. Errors: RATE_LIMITED; FORBIDDEN to service tokens.',
      args: { conversationId: t.arg.id({ required: true }), sessionId: t.arg.id() },
      resolve: (_, { conversationId, sessionId }, ctx) =>
        ctx.presence.leave(callerOf(ctx), { conversationId, ...(sessionId != null && { sessionId }) }),
    }),
  }));

  builder.subscriptionField('hereChanged', (t) =>
    t.field({
      type: HereChange,
      description: `Who comes and goes; begins with all who are here, as \`came\`. Errors: NOT_FOUND as for \`here\`; BAD_USER_INPUT beyond 50
subscriptions a connection; RATE_LIMITED.`,
      args: { conversationId: t.arg.id({ required: true }) },
      subscribe: (_, { conversationId }, ctx) =>
        ctx.hub.watchHere(callerOf(ctx).viewer, { conversationId, budget: ctx.budget }),
      resolve: (change) => change,
    }),
  );
};
