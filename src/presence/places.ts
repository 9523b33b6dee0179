/** Where users are: the places of their sessions, purely (docs/design.md#places). */
import { sessionWith } from './copies.js';
import { isSeenLive } from './status.js';
import type { PresenceRecord, Session } from './types.js';

/** How many places a session may have; one more leaves the one that was entered the longest ago. */
export const MAX_PLACES = 3;

const NONE: readonly string[] = Object.freeze([]);

/** Each change is later than the one before, so that of two memories of a session the later is known. */
const changed = (session: Session, places: Session['places'], now: number): Session =>
  sessionWith(session, { places, placesAsOf: Math.max(session.placesAsOf + 1, now) });

/** The session at that place, which is the last that it entered; the very session where it is that already. */
export const withPlace = (session: Session, conversationId: string, now: number): Session => {
  if (session.places.at(-1)?.conversationId === conversationId) return session;
  const others = session.places.filter((place) => place.conversationId !== conversationId);
  return changed(session, [...others, { conversationId, enteredAt: now }].slice(-MAX_PLACES), now);
};

/** The session without that place; the very session where it is not there. */
export const withoutPlace = (session: Session, conversationId: string, now: number): Session => {
  const places = session.places.filter((place) => place.conversationId !== conversationId);
  return places.length === session.places.length ? session : changed(session, places, now);
};

/** Whether a session of the user is at that place, whoever may see it. */
export const isAt = ({ sessions }: PresenceRecord, conversationId: string): boolean =>
  sessions.some(({ places }) => places.some((place) => place.conversationId === conversationId));

/** The places of all sessions of the user, each once, whoever may see it. */
export const placesOf = ({ sessions }: PresenceRecord): readonly string[] =>
  sessions.some(({ places }) => places.length > 0)
    ? [...new Set(sessions.flatMap(({ places }) => places.map(({ conversationId }) => conversationId)))]
    : NONE;

/** Whether others, audience aside, see the user at that place. */
export const isSeenAt = (record: PresenceRecord, conversationId: string): boolean =>
  isSeenLive(record) && isAt(record, conversationId);

/** The places at which others, audience aside, see the user: none of one who hides. */
export const seenPlacesOf = (record: PresenceRecord): readonly string[] =>
  isSeenLive(record) ? placesOf(record) : NONE;

const difference = (a: readonly string[], b: readonly string[]): readonly string[] =>
  a.length === 0 && b.length === 0
    ? NONE
    : [...a.filter((place) => !b.includes(place)), ...b.filter((place) => !a.includes(place))];

/** The places at which others see the user after a commit and did not before, and the reverse. Undefined: there was no record. */
export const placesMoved = (previous: PresenceRecord | undefined, next: PresenceRecord): readonly string[] =>
  difference(previous ? seenPlacesOf(previous) : NONE, seenPlacesOf(next));

/** Whether two records have their user at the same places, whoever may see it. */
export const samePlaces = (a: PresenceRecord, b: PresenceRecord): boolean =>
  a.sessions === b.sessions || difference(placesOf(a), placesOf(b)).length === 0;

/** Whether a session changed its places after `since`. */
export const movedSince = ({ sessions }: PresenceRecord, since: number): boolean =>
  sessions.some(({ placesAsOf }) => placesAsOf > since);
