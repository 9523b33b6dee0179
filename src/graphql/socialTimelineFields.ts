/** The caller's timeline. */
import type { Builder } from './builder.js';
import { callerOf } from './context.js';
import type { ActTypes } from './socialActFields.js';

export const addTimeline = (builder: Builder, { Act, ActConnection }: ActTypes): void => {
  builder.queryField('timeline', (t) =>
    t.field({
      type: ActConnection,
      description: `What those on the caller's roster did, as far as the caller may see it, the latest first. \`first\` is 1 to 100.
Errors: FORBIDDEN to service tokens; BAD_USER_INPUT for a \`first\` outside of that, or an \`after\` that is no cursor of this
field; RATE_LIMITED.`,
      args: { first: t.arg.int({ required: true, defaultValue: 20 }), after: t.arg.string() },
      resolve: (_, { first, after }, ctx) => ctx.social.timeline(callerOf(ctx).viewer, { first, after: after ?? null }),
    }),
  );

  builder.subscriptionField('timelineChanged', (t) =>
    t.field({
      type: Act,
      description: `What those on the caller's roster do, from now on; ends each with \`gone\` where it is taken back or hidden.
Errors: FORBIDDEN to service tokens; BAD_USER_INPUT beyond 50 subscriptions and 5,000 watched users a connection;
RATE_LIMITED.`,
      subscribe: (_, _args, ctx) => ctx.hub.watchTimeline(callerOf(ctx).viewer, { budget: ctx.budget }),
      resolve: (act) => act,
    }),
  );
};
