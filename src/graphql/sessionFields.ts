/** The caller and the sessions of the caller. */
import type { HeartbeatView, MeView, SessionView } from '../service/contract.js';
import type { Builder } from './builder.js';
import type { ContentTypes } from './content.js';
import { callerOf } from './context.js';
import type { PresenceRef } from './presenceFields.js';
import type { PrivacyTypes } from './privacyFields.js';

type Types = Pick<ContentTypes, 'PresenceStatus' | 'DeviceType'> &
  Pick<PrivacyTypes, 'Privacy'> & { readonly Presence: PresenceRef };

export const addMe = (builder: Builder, { PresenceStatus, DeviceType, Privacy, Presence }: Types): void => {
  const Session = builder.objectRef<SessionView>('Session').implement({
    description: 'One device or tab on which the user is live.',
    fields: (t) => ({
      id: t.exposeID('id'),
      device: t.expose('device', { type: DeviceType }),
      idle: t.exposeBoolean('idle'),
      startedAt: t.expose('startedAt', { type: 'DateTime' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'The session ends unless a heartbeat, or its connection, renews it before then.',
      }),
    }),
  });

  const Me = builder.objectRef<MeView>('Me').implement({
    fields: (t) => ({
      userId: t.exposeID('userId'),
      presence: t.expose('presence', {
        type: Presence,
        description: "The caller's presence as the caller sees it: INVISIBLE shows as INVISIBLE.",
      }),
      chosenStatus: t.expose('chosenStatus', {
        type: PresenceStatus,
        description: 'The status chosen by hand; ONLINE when the choice is left to the sessions.',
      }),
      privacy: t.expose('privacy', { type: Privacy }),
      sessions: t.field({ type: [Session], resolve: ({ sessions }) => sessions }),
    }),
  });

  builder.queryField('me', (t) =>
    t.field({
      type: Me,
      description: 'The caller. Errors: FORBIDDEN to service tokens, which are no user.',
      resolve: (_, _args, ctx) => ctx.presence.me(callerOf(ctx)),
    }),
  );

  builder.subscriptionField('meChanged', (t) =>
    t.field({
      type: Me,
      description: `The caller as \`me\` answers it, for the caller's other devices: when the chosen status, the presence as the
caller sees it, the privacy in effect or the sessions change (one begins, ends, idles, or changes its device). Starts,
unless \`snapshot\` is false, with the present state, with no change lost in between. At most one event in a second, the
last state always; a session that is merely renewed makes none. \`presence.asOf\` grows with each event.
Errors: FORBIDDEN to service tokens; BAD_USER_INPUT beyond 50 subscriptions and 5,000 watched users a connection, of
whom the caller is one here; RATE_LIMITED.`,
      args: { snapshot: t.arg.boolean({ required: true, defaultValue: true }) },
      subscribe: (_, { snapshot }, ctx) => ctx.hub.watchMe(callerOf(ctx).viewer, { snapshot, budget: ctx.budget }),
      resolve: (me) => me,
    }),
  );
};

/** The default of `input`: graphql-js adds no defaults of its fields, so `idle` is missing. */
const NO_INPUT = {} as { idle: boolean };

export const addSessions = (builder: Builder, { DeviceType }: Pick<ContentTypes, 'DeviceType'>): void => {
  const Heartbeat = builder.objectRef<HeartbeatView>('Heartbeat').implement({
    fields: (t) => ({
      sessionId: t.exposeID('sessionId'),
      expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
      intervalSeconds: t.exposeInt('intervalSeconds', { description: 'Send the next one within so many seconds.' }),
      places: t.exposeIDList('places', {
        description:
          'The places at which the session is: one that is missing ended with the right to it, and may be entered again.',
      }),
    }),
  });
  const HeartbeatInput = builder.inputType('HeartbeatInput', {
    fields: (t) => ({
      sessionId: t.id({ description: 'The session to renew, chosen as in SetPresenceInput.' }),
      device: t.field({ type: DeviceType }),
      idle: t.boolean({
        required: true,
        defaultValue: false,
        description: 'True when nobody has touched the device for a while, or the app is in the background.',
      }),
    }),
  });

  builder.mutationFields((t) => ({
    heartbeat: t.field({
      type: Heartbeat,
      description: `Keeps a session alive without a connection, and says whether the device is idle. Starts the session where there is
none. Errors: RATE_LIMITED; FORBIDDEN to service tokens.`,
      args: { input: t.arg({ type: HeartbeatInput, required: true, defaultValue: NO_INPUT }) },
      resolve: (_, { input: { sessionId, device, idle } }, ctx) =>
        ctx.presence.heartbeat(callerOf(ctx), {
          ...(sessionId != null && { sessionId }),
          ...(device != null && { device }),
          idle: idle ?? false,
        }),
    }),
    endSession: t.boolean({
      description: `Ends a session at once, without the grace that a lost connection gets. False when there was no such session.
Errors: RATE_LIMITED; FORBIDDEN to service tokens.`,
      args: { sessionId: t.arg.id({ required: true }) },
      resolve: (_, { sessionId }, ctx) => ctx.presence.endSession(callerOf(ctx), sessionId),
    }),
  }));
};
