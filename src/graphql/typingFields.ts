/** Reads, changes and subscriptions of typing. */
import { checkId } from '../presence/validate.js';
import type { TypingView } from '../service/contract.js';
import type { Builder } from './builder.js';
import { callerOf } from './context.js';
import type { UserRef } from './userFields.js';

const addTypingType = (builder: Builder, User: UserRef) =>
  builder.objectRef<TypingView>('Typing').implement({
    fields: (t) => ({
      id: t.id({
        description: '`conversationId:userId`, each percent-encoded, for normalising caches.',
        resolve: ({ conversationId, userId }) => `${encodeURIComponent(conversationId)}:${encodeURIComponent(userId)}`,
      }),
      conversationId: t.exposeID('conversationId'),
      userId: t.exposeID('userId'),
      user: t.field({
        type: User,
        resolve: ({ userId, revoked }) => ({ id: userId, profileHidden: revoked === true }),
      }),
      isTyping: t.exposeBoolean('isTyping'),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the indicator ends by itself unless it is refreshed. Null when `isTyping` is false.',
      }),
    }),
  });

export const addTyping = (builder: Builder, { User }: { readonly User: UserRef }): void => {
  const Typing = addTypingType(builder, User);
  const membersOnly = 'NOT_FOUND unless the caller is a member, or the conversation is open';

  builder.queryField('typing', (t) =>
    t.field({
      type: [Typing],
      description: `Who types in a conversation now. Errors: ${membersOnly}; RATE_LIMITED.`,
      args: { conversationId: t.arg.id({ required: true }) },
      resolve: (_, { conversationId }, ctx) => ctx.presence.typing(callerOf(ctx).viewer, conversationId),
    }),
  );

  const SetTypingInput = builder.inputType('SetTypingInput', {
    fields: (t) => ({
      conversationId: t.id({ required: true }),
      isTyping: t.boolean({ required: true, defaultValue: true }),
      sessionId: t.id({ description: 'The session that types, chosen as in SetPresenceInput.' }),
    }),
  });
  builder.mutationField('setTyping', (t) =>
    t.field({
      type: Typing,
      description: `Says that the caller types, or has stopped. Send it again while it goes on: it ends by itself.
Errors: ${membersOnly}; RATE_LIMITED; FORBIDDEN to service tokens.`,
      args: { input: t.arg({ type: SetTypingInput, required: true }) },
      resolve: (_, { input: { conversationId, isTyping, sessionId } }, ctx) =>
        ctx.presence.setTyping(callerOf(ctx), {
          conversationId,
          isTyping,
          ...(sessionId != null && { sessionId }),
        }),
    }),
  );

  builder.subscriptionField('typingChanged', (t) =>
    t.field({
      type: Typing,
      description: `Who starts and stops typing, in one conversation or, with no \`conversationId\`, in all of the caller's. Never the
caller's own. Starts, unless \`snapshot\` is false, with those who type now.
Errors: ${membersOnly}; BAD_USER_INPUT beyond 50 subscriptions or 5,000 conversations a connection; RATE_LIMITED.`,
      args: {
        conversationId: t.arg.id(),
        snapshot: t.arg.boolean({ required: true, defaultValue: true }),
      },
      subscribe: (_, { conversationId, snapshot }, ctx) =>
        ctx.hub.watchTyping(callerOf(ctx).viewer, {
          conversationId: conversationId == null ? null : checkId(conversationId, 'conversationId'),
          snapshot,
          budget: ctx.budget,
        }),
      resolve: (view) => view,
    }),
  );
};
