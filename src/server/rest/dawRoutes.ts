/** The daw dialect: plug-ins of music workstations (docs/rest.md#daw). */
import { dawUsers } from '../../doors/dialects/daw.js';
import type { PresenceStatus } from '../../presence/types.js';
import { instant, listOf, objectOf, oneOf, text, truth } from './dialectSchemas.js';
import { activityName, commaIds, type Field, flag, optional, statusText, wordOrFirst } from './fields.js';
import { messageFrom, putPresence, studioActivities } from './ownPresence.js';
import { type ErrorBody, WordedError } from './restErrors.js';
import { type Dialect, route } from './route.js';

const INVALID: ErrorBody = { error: 'invalid_request', message: 'Invalid request body' };
const SUCCESS = oneOf('success');
const STATUS = {
  online: 'ONLINE',
  away: 'AWAY',
  dnd: 'DO_NOT_DISTURB',
  offline: 'OFFLINE',
  in_studio: 'ONLINE',
} as const satisfies Readonly<Record<string, PresenceStatus>>;

const user = objectOf({
  user_id: text,
  status: oneOf('online', 'away', 'dnd', 'offline', 'in_studio'),
  message: text,
  daw: text,
  last_seen: instant,
});

/** At least one: the dialect has a word of its own for none. */
const ids: Field<readonly string[]> = {
  schema: commaIds.schema,
  required: true,
  read(value, what) {
    const found = commaIds.read(value, what);
    if (found.length === 0) throw new WordedError('missing_ids', 'ids query parameter required');
    return found;
  },
};

const audienceOf = (isShown: boolean | undefined) =>
  isShown === undefined ? undefined : isShown ? ('FOLLOWERS' as const) : ('NOBODY' as const);

export const daw: Dialect = {
  name: 'daw',
  summary: 'For plug-ins of music workstations.',
  badInputStatus: 400,
  routes: [
    route({
      method: 'PUT',
      path: '/api/v1/presence/status',
      summary:
        'Says how the caller is. `in_studio` is online and in a studio; `daw` left out leaves it, an empty one clears it.',
      byUser: true,
      body: {
        status: wordOrFirst('online', 'away', 'dnd', 'offline', 'in_studio'),
        message: optional(statusText),
        daw: optional(activityName),
      },
      answer: objectOf({ status: SUCCESS, message: oneOf('presence_updated') }),
      badInput: INVALID,
      async run({ presence }, caller, { status, message, daw: name }) {
        const isThere = status === 'in_studio' ? true : undefined;
        await putPresence(presence, caller, {
          status: STATUS[status],
          statusMessage: messageFrom(message),
          activities: () => studioActivities(presence, caller, { isThere, name }),
        });
        return { status: 'success', message: 'presence_updated' };
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/presence/users',
      summary: 'Those of the users who are online, as far as the caller may see them.',
      byUser: false,
      query: { ids },
      answer: objectOf({ status: SUCCESS, users: listOf(user) }),
      async run({ presence }, { viewer }, { ids: userIds }) {
        return { status: 'success', users: dawUsers(await presence.presenceOf(viewer, userIds)) };
      },
    }),
    route({
      method: 'PUT',
      path: '/api/v1/presence/settings',
      summary: 'Who sees the caller: their followers, or nobody. What is left out stays as it is.',
      byUser: true,
      body: { show_activity_status: optional(flag), show_last_active: optional(flag) },
      answer: objectOf({ status: SUCCESS, show_activity_status: truth, show_last_active: truth }),
      badInput: INVALID,
      async run({ relations }, { viewer }, input) {
        const status = audienceOf(input.show_activity_status);
        const lastSeen = audienceOf(input.show_last_active);
        const privacy = await relations.updatePrivacy(viewer, { status, activity: status, lastSeen });
        return {
          status: 'success',
          show_activity_status: privacy.status !== 'NOBODY',
          show_last_active: privacy.lastSeen !== 'NOBODY',
        };
      },
    }),
  ],
};
