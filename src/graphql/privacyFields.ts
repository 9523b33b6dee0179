/** The caller's privacy. */
import type { Privacy } from '../presence/visibility.js';
import type { Builder } from './builder.js';
import { callerOf } from './context.js';

/** Adds the types of privacy and returns them for other types to refer to. */
export const addPrivacyTypes = (builder: Builder) => {
  const Audience = builder.enumType('Audience', {
    description: 'Who, among other users, may see something. A block hides from any of them.',
    values: {
      EVERYONE: { description: 'Any signed-in user.' },
      FOLLOWERS: { description: 'Followers, members of a shared circle, and members of a shared conversation.' },
      MUTUALS: { description: 'Users who follow each other, and members of a shared circle.' },
      NOBODY: { description: 'No other user.' },
    } as const,
  });

  const PrivacyRef = builder.objectRef<Privacy>('Privacy').implement({
    description: 'FOLLOWERS, all three, until it is changed.',
    fields: (t) => ({
      status: t.expose('status', { type: Audience, description: 'Who sees the user at all (status and message).' }),
      lastSeen: t.expose('lastSeen', {
        type: Audience,
        description: 'Who sees `lastSeen`; never wider than `status`.',
      }),
      activity: t.expose('activity', {
        type: Audience,
        description: 'Who sees `activities` and `devices`; never wider than `status`.',
      }),
    }),
  });

  const UpdatePrivacyInput = builder.inputType('UpdatePrivacyInput', {
    description: 'What is left out stays as it is. A null is BAD_USER_INPUT: an audience cannot be cleared.',
    fields: (t) => ({
      status: t.field({ type: Audience }),
      lastSeen: t.field({ type: Audience }),
      activity: t.field({ type: Audience }),
    }),
  });

  return { Audience, Privacy: PrivacyRef, UpdatePrivacyInput };
};

export type PrivacyTypes = ReturnType<typeof addPrivacyTypes>;

export const addPrivacy = (builder: Builder, { Privacy, UpdatePrivacyInput }: PrivacyTypes): void => {
  builder.mutationField('updatePrivacy', (t) =>
    t.field({
      type: Privacy,
      description: `Changes who sees the caller, open subscriptions included. Answers what then holds.
Errors: BAD_USER_INPUT for a null; FORBIDDEN to service tokens; RATE_LIMITED.`,
      args: { input: t.arg({ type: UpdatePrivacyInput, required: true }) },
      resolve: (_, { input }, ctx) => ctx.relations.updatePrivacy(callerOf(ctx).viewer, input),
    }),
  );
};
