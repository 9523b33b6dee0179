/** The objects of the feed dialect (docs/doors.md#rest). Pure. */
import type { PresenceView } from '../../presence/view.js';
import type { Act, Count } from '../../social/socialTypes.js';
import { iso } from '../instants.js';
import { isShownLive, lastSeenOf, studioOf } from './seen.js';

export interface FeedPresence {
  readonly online: boolean;
  readonly in_studio: boolean;
  /** What the user works with in their studio; empty outside of one. */
  readonly daw_type: string;
  /** ISO 8601 in UTC, see `lastSeenOf`. */
  readonly last_active: string;
}

/** The user's own presence, as others see it. */
export const feedPresence = (view: PresenceView): FeedPresence => {
  const studio = isShownLive(view.status) ? studioOf(view) : undefined;
  return {
    online: isShownLive(view.status),
    in_studio: studio !== undefined,
    daw_type: studio?.name ?? '',
    last_active: lastSeenOf(view),
  };
};

/** What the host says of an actor. */
export interface FeedProfile {
  readonly name: string | null;
  readonly avatarUrl: string | null;
}

export interface FeedAct {
  readonly id: string;
  readonly verb: string;
  readonly actor: { readonly id: string; readonly username: string; readonly avatar: string };
  readonly object_id: string;
  readonly object_type: string;
  readonly text: string;
  /** As the host gave it. */
  readonly data: string;
  /** When it happened: ISO 8601 in UTC. */
  readonly created_at: string;
  readonly like_count: number;
  readonly comment_count: number;
}

/** The names of the counts of an act's object that the dialect shows. */
const LIKES = 'likes';
const COMMENTS = 'comments';

/** One act of the timeline. What there is none of is empty, or 0. */
export const feedAct = (
  { id, verb, actorId, objectId, objectType, text, data, at }: Act,
  profile: FeedProfile | null,
  counts: readonly Count[],
): FeedAct => {
  const countOf = (name: string): number => counts.find((count) => count.name === name)?.value ?? 0;
  return {
    id,
    verb,
    actor: { id: actorId, username: profile?.name ?? '', avatar: profile?.avatarUrl ?? '' },
    object_id: objectId ?? '',
    object_type: objectType ?? '',
    text: text ?? '',
    data: data ?? '',
    created_at: iso(at),
    like_count: countOf(LIKES),
    comment_count: countOf(COMMENTS),
  };
};
