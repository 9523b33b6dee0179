/** `@rollcall/client/social`: what happens around people, over the connection of a client. */
import { presenceError } from '../errors.js';
import { INTERNALS, type WithInternals } from '../internals.js';
import type { PresenceClient } from '../types.js';
import { muteDocument } from './documents.js';
import { ObjectCounts } from './objectCounts.js';
import { Places } from './places.js';
import { Timeline } from './timeline.js';
import { Tray } from './tray.js';
import type { MuteTarget, Social } from './types.js';
import { Visits } from './visits.js';

export type {
  Act,
  Counts,
  Here,
  Inbox,
  InboxReadable,
  MuteTarget,
  Notice,
  Social,
  TimelineReadable,
} from './types.js';

const made = new WeakMap<PresenceClient, Social>();

/**
 * The social layer of a client, the same at each call: it shares the client's connection and its end. Throws a
 * `PresenceError` with the code BAD_USER_INPUT for what `createPresenceClient` did not make.
 */
export const createSocial = (client: PresenceClient): Social => {
  const known = made.get(client);
  if (known) return known;
  const internals = (client as Partial<WithInternals>)[INTERNALS];
  if (!internals) throw presenceError('BAD_USER_INPUT', 'This client was not made by createPresenceClient.');

  const visits = new Visits(internals);
  const places = new Places(internals, (id, isEmpty) => visits.seen(id, isEmpty));
  const counts = new ObjectCounts(internals);
  const tray = new Tray(internals);
  const timeline = new Timeline(internals);

  let isUp = false;
  client.connection.subscribe(({ phase }) => {
    const wasUp = isUp;
    isUp = phase === 'online';
    if (isUp && !wasUp) for (const part of [visits, counts, timeline]) part.up();
    if (wasUp && !isUp) for (const part of [places, visits, counts, tray, timeline]) part.down();
    if (phase === 'signedOut' || phase === 'closed') {
      for (const part of [places, visits, counts, tray, timeline]) part.clear();
    }
    if (phase === 'signedOut') visits.forget();
  });

  const mute = async (field: 'mute' | 'unmute', { userId, objectId }: MuteTarget): Promise<void> => {
    // To mute and to unmute are of one topic.
    const topic = `mute ${userId === undefined ? 'object' : 'user'} ${userId ?? objectId}`;
    await internals.request(muteDocument(field), { userId, objectId }, topic);
  };

  const social: Social = {
    here: (conversationId) => places.at(conversationId),
    enter: (conversationId) => visits.enter(conversationId),
    counts: (objectId) => counts.of(objectId),
    inbox: tray.value,
    timeline: timeline.value,
    mute: (target) => mute('mute', target),
    unmute: (target) => mute('unmute', target),
  };
  made.set(client, social);
  return social;
};
