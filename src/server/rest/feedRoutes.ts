/** The feed dialect: feeds of what others did, and who of them is at work (docs/rest.md#feed). */
import { feedAct, feedPresence } from '../../doors/dialects/feed.js';
import type { Viewer } from '../../presence/visibility.js';
import type { Act } from '../../social/socialTypes.js';
import { MAX_SOCIAL_PAGE } from '../../social/socialValidate.js';
import { count, instant, listOf, objectOf, text, truth } from './dialectSchemas.js';
import { activityName, flag, moment, optional, whole, word } from './fields.js';
import { putPresence, studioActivities } from './ownPresence.js';
import { type Dialect, type RestServices, route } from './route.js';
import { MAX_OFFSET, timelineAt } from './timelineOffset.js';

const PAGE = 20;
const STATUS = { online: 'ONLINE', offline: 'OFFLINE' } as const;

const act = objectOf({
  id: text,
  verb: text,
  actor: objectOf({ id: text, username: text, avatar: text }),
  object_id: text,
  object_type: text,
  text,
  data: text,
  created_at: instant,
  like_count: count,
  comment_count: count,
});

/** The acts with their actors, and the counts of those objects that the viewer may use. */
const described = async ({ people, social }: RestServices, viewer: Viewer, acts: readonly Act[]) => {
  const objectIds = [...new Set(acts.flatMap(({ objectId }) => objectId ?? []))];
  const [profiles, counts] = await Promise.all([
    people.profiles([...new Set(acts.map(({ actorId }) => actorId))]),
    social.counts(viewer, objectIds),
  ]);
  const countsOf = new Map(counts.map(({ objectId, all }) => [objectId, all]));
  return acts.map((each) => feedAct(each, profiles.get(each.actorId) ?? null, countsOf.get(each.objectId ?? '') ?? []));
};

export const feed: Dialect = {
  name: 'feed',
  summary: 'For feeds of what others did, and who of them is at work.',
  badInputStatus: 400,
  routes: [
    route({
      method: 'PUT',
      path: '/api/v1/me/presence',
      summary:
        'Says how the caller is: any of these, and what is left out stays as it is. Each call is a sign of life, so `last_activity` is read and not needed.',
      byUser: true,
      body: {
        status: optional(word('online', 'offline')),
        in_studio: optional(flag),
        daw_type: optional(activityName),
        last_activity: optional(moment),
      },
      answer: objectOf({ online: truth, in_studio: truth, daw_type: text, last_active: instant }),
      async run({ presence }, caller, { status, in_studio: isThere, daw_type: name }) {
        // Nobody reads the name of a studio while they are offline: it stays as it is.
        const keepsName = status === 'offline' && isThere === true && name === undefined;
        const view = await putPresence(presence, caller, {
          status: status && STATUS[status],
          activities: async () => (keepsName ? undefined : studioActivities(presence, caller, { isThere, name })),
        });
        return feedPresence(view);
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/activity/timeline',
      summary: 'What those on the roster of the caller did, the latest first.',
      byUser: true,
      query: {
        limit: whole({ min: 1, max: MAX_SOCIAL_PAGE, fallback: PAGE }),
        offset: whole({ min: 0, max: MAX_OFFSET, fallback: 0 }),
      },
      answer: listOf(act),
      run: async (services, { viewer }, page) =>
        described(services, viewer, await timelineAt(services.social, viewer, page)),
    }),
  ],
};
