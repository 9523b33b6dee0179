/** What the social layer gives. Shapes of the contract (`schema/schema.graphqls`), instants as RFC 3339 strings in UTC. */
import type { Presence, Readable, User } from '../types.js';

/** Who is at a place: has it open, is in the call, looks at the post. A place is a conversation. */
export interface Here {
  readonly id: string;
  readonly conversationId: string;
  /**
   * The first 200, by id, whom the caller may see, as each was seen on coming. For statuses that change use `presence` of
   * the client.
   */
  readonly people: readonly Presence[];
  /** Exact up to 200 whom the caller may see; beyond, of all who are seen live, rounded to two digits. */
  readonly count: number;
  readonly approximate: boolean;
  readonly asOf: string;
}

/** What the host counts of one object. */
export interface Counts {
  readonly id: string;
  readonly objectId: string;
  readonly all: readonly { readonly name: string; readonly value: number }[];
  readonly asOf: string;
}

/** Something that somebody did, as the host told it. */
export interface Act {
  readonly id: string;
  /** like, comment, follow, repost, post, or the host's own. */
  readonly verb: string;
  readonly actor: User;
  readonly objectId: string | null;
  readonly objectType: string | null;
  readonly text: string | null;
  /** For the host's own front ends, as the host gave it. */
  readonly data: string | null;
  readonly at: string;
}

/** One line of the tray: an act that the caller was named in, and those of the same group that came while it was unread. */
export interface Notice {
  readonly id: string;
  readonly verb: string;
  readonly objectId: string | null;
  readonly objectType: string | null;
  /** Who did it, the latest first, each once; at most 3. */
  readonly actors: readonly User[];
  /** How many did it, each once. */
  readonly actorCount: number;
  readonly latest: Act;
  readonly at: string;
  readonly isRead: boolean;
  /** Decimal digits: the order of the tray. Reading does not move it. */
  readonly position: string;
}

/** The caller's tray. */
export interface Inbox {
  /** Notices that are unread; at most 1,000. */
  readonly unread: number;
  /** Those of them that came after the last `markSeen`: the badge. */
  readonly unseen: number;
  /** Decimal digits: the state of the tray that `notices` show, for `markSeen` and `markRead`. */
  readonly revision: string;
  /** The latest first: those that were loaded, and those that came since. */
  readonly notices: readonly Notice[];
  /** Whether `loadMore` finds more of them. */
  readonly hasMore: boolean;
}

/** A user or an object, to be muted. */
export type MuteTarget =
  | { readonly userId: string; readonly objectId?: undefined }
  | { readonly objectId: string; readonly userId?: undefined };

/** Undefined until the tray was received. Kept up to date while somebody listens, also over a lost connection. */
export interface InboxReadable extends Readable<Inbox | undefined> {
  /**
   * The badge goes out, on every device. What came after the revision `upTo` keeps it lit: left out, the one that is shown.
   * Does nothing where nothing is shown yet.
   */
  markSeen(upTo?: string): Promise<void>;
  /** Reads these notices, or all, as they were at the revision `upTo`: one that grew since stays unread. */
  markRead(noticeIds?: readonly string[] | null, upTo?: string): Promise<void>;
  /** Loads the next 20 notices. Resolves with whether there are more. */
  loadMore(): Promise<boolean>;
}

/** What those on the caller's roster did, the latest first. Empty until it was received. */
export interface TimelineReadable extends Readable<readonly Act[]> {
  /** Loads the next 20 acts. Resolves with whether there are more. */
  loadMore(): Promise<boolean>;
}

/** All promises reject with a `PresenceError`. */
export interface Social {
  /** Undefined while nothing is known of the place, and while the caller may not use it, or it is not made yet. */
  here(conversationId: string): Readable<Here | undefined>;
  /**
   * The user is at the place until the function returned is called, and has been for each call of `enter`; to call that twice
   * is to call it once. Over every connection; at most 3 places at a time, those that were entered last. While the caller may
   * not use the place, or it is not made yet, the client tries again, with waits that grow to two minutes.
   */
  enter(conversationId: string): () => void;
  /** Undefined while nothing is known of the object, and where the caller may not use it. */
  counts(objectId: string): Readable<Counts | undefined>;
  readonly inbox: InboxReadable;
  readonly timeline: TimelineReadable;
  /**
   * No notices and no acts of that user, or about that object, until unmuted. Nobody is told. Both wait for a connection, and
   * are sent again where an answer was lost.
   */
  mute(target: MuteTarget): Promise<void>;
  unmute(target: MuteTarget): Promise<void>;
}
