/** The mobile dialect: apps for phones (docs/rest.md#mobile). */
import { type MobileStatus, mobilePresence, mobileUser } from '../../doors/dialects/mobile.js';
import { notFound } from '../../presence/errors.js';
import type { PresenceStatus } from '../../presence/types.js';
import type { PresenceView } from '../../presence/view.js';
import type { Viewer } from '../../presence/visibility.js';
import { instant, listOf, NOTHING, objectOf, oneOf, truth } from './dialectSchemas.js';
import { commaIds, flag, id, pathId, word } from './fields.js';
import { putPresence } from './ownPresence.js';
import { type Dialect, type RestServices, route } from './route.js';

const STATUS = {
  online: 'ONLINE',
  away: 'AWAY',
  offline: 'OFFLINE',
} as const satisfies Readonly<Record<MobileStatus, PresenceStatus>>;

const own = { user_id: id.schema, status: oneOf('online', 'away', 'offline'), last_seen: instant };
const user = objectOf({ ...own, is_typing: truth });

const withTyping = async ({ presence }: RestServices, viewer: Viewer, views: readonly PresenceView[]) => {
  const typing = await presence.typingAmong(
    viewer,
    views.map(({ userId }) => userId),
  );
  return views.map((view) => mobileUser(view, typing.has(view.userId)));
};

export const mobile: Dialect = {
  name: 'mobile',
  summary: 'For apps on phones. Ids that are whole numbers below 2^53 are answered as numbers.',
  badInputStatus: 422,
  routes: [
    route({
      method: 'POST',
      path: '/api/presence/status',
      summary: 'Says how the caller is.',
      byUser: true,
      body: { status: word('online', 'away', 'offline') },
      answer: objectOf(own),
      run: async ({ presence }, caller, { status }) =>
        mobilePresence(await putPresence(presence, caller, { status: STATUS[status] })),
    }),
    route({
      method: 'GET',
      path: '/api/presence/users',
      summary: 'The users, or all of the roster of the caller, as far as the caller may see them.',
      byUser: false,
      query: { user_ids: commaIds },
      answer: listOf(user),
      async run(services, { viewer }, { user_ids }) {
        const { presence } = services;
        const isAll = user_ids.length === 0;
        const views = await (isAll ? presence.presenceOfRoster(viewer) : presence.presenceOf(viewer, user_ids));
        return withTyping(services, viewer, views);
      },
    }),
    route({
      method: 'GET',
      path: '/api/presence/users/{user_id}',
      summary: 'One user, where the caller may see them.',
      byUser: false,
      mayMiss: true,
      params: { user_id: pathId },
      answer: user,
      async run(services, { viewer }, { user_id }) {
        const view = await services.presence.userPresence(viewer, user_id);
        const [found] = await withTyping(services, viewer, view ? [view] : []);
        if (!found) throw notFound('There is no such user.');
        return found;
      },
    }),
    route({
      method: 'POST',
      path: '/api/conversations/{conversation_id}/typing',
      summary: 'Says whether the caller types in a conversation that they may use.',
      byUser: true,
      mayMiss: true,
      params: { conversation_id: pathId },
      body: { is_typing: flag },
      answer: NOTHING,
      async run({ presence }, caller, { conversation_id, is_typing }) {
        await presence.setTyping(caller, { conversationId: conversation_id, isTyping: is_typing });
        return {};
      },
    }),
  ],
};
