/** The gateway dialect: chats with gateways of their own (docs/rest.md#gateway). */
import { GATEWAY_ACTIVITIES, type GatewayActivityType, gatewayPresence } from '../../doors/dialects/gateway.js';
import type { GatewayStatus } from '../../doors/dialects/gatewayWords.js';
import { notFound } from '../../presence/errors.js';
import type { PresenceStatus } from '../../presence/types.js';
import { instant, listOf, objectOf, oneOf, text } from './dialectSchemas.js';
import { activityName, clearable, id, idList, object, pathId, statusText, word } from './fields.js';
import { activityOf, messageFrom, putPresence } from './ownPresence.js';
import { type Dialect, route } from './route.js';

const STATUS = {
  online: 'ONLINE',
  idle: 'AWAY',
  dnd: 'DO_NOT_DISTURB',
  offline: 'OFFLINE',
} as const satisfies Readonly<Record<GatewayStatus, PresenceStatus>>;

const ACTIVITY_WORDS = Object.keys(GATEWAY_ACTIVITIES) as readonly GatewayActivityType[];

const user = objectOf(
  { user_id: text, status: oneOf('online', 'idle', 'dnd', 'offline'), custom_status: text, last_seen: instant },
  { activity: objectOf({ type: oneOf(...ACTIVITY_WORDS), name: text, started_at: instant }) },
);

export const gateway: Dialect = {
  name: 'gateway',
  summary: 'For chats with gateways of their own.',
  badInputStatus: 400,
  routes: [
    route({
      method: 'POST',
      path: '/presence/status',
      summary:
        'Says how the caller is. `custom_status` and `activity` left out stay as they are; null, or an empty text, clears them.',
      byUser: true,
      body: {
        status: word('online', 'idle', 'dnd', 'offline'),
        custom_status: clearable(statusText),
        activity: clearable(object({ type: word(...ACTIVITY_WORDS), name: activityName })),
      },
      answer: user,
      async run({ presence }, caller, { status, custom_status, activity }) {
        const view = await putPresence(presence, caller, {
          status: STATUS[status],
          statusMessage: messageFrom(custom_status),
          activities: async () =>
            activity?.name
              ? activityOf(GATEWAY_ACTIVITIES[activity.type], activity.name)
              : activity === undefined
                ? undefined
                : [],
        });
        return gatewayPresence(view);
      },
    }),
    route({
      method: 'GET',
      path: '/presence/{user_id}',
      summary: 'One user, where the caller may see them.',
      byUser: false,
      mayMiss: true,
      params: { user_id: pathId },
      answer: user,
      async run({ presence }, { viewer }, { user_id }) {
        const view = await presence.userPresence(viewer, user_id);
        if (!view) throw notFound('There is no such user.');
        return gatewayPresence(view);
      },
    }),
    route({
      method: 'POST',
      path: '/presence/bulk',
      summary: 'The users, as far as the caller may see them.',
      byUser: false,
      body: { user_ids: idList },
      answer: listOf(user),
      run: async ({ presence }, { viewer }, { user_ids }) =>
        (await presence.presenceOf(viewer, user_ids)).map(gatewayPresence),
    }),
    route({
      method: 'POST',
      path: '/presence/typing',
      summary: 'Says that the caller types in a conversation that they may use.',
      byUser: true,
      mayMiss: true,
      body: { channel_id: id },
      answer: null,
      async run({ presence }, caller, { channel_id }) {
        await presence.setTyping(caller, { conversationId: channel_id, isTyping: true });
      },
    }),
  ],
};
