/** The data of the social layer (docs/design.md#social). Instants are milliseconds since 1970 on the database's clock. */
import type { PresenceView } from '../presence/view.js';
import type { Audience } from '../presence/visibility.js';

/** What somebody did: told by the host, who owns what it was done to. */
export interface Act {
  /** The host's: what is told twice under one id happened once. */
  readonly id: string;
  readonly verb: string;
  readonly actorId: string;
  readonly objectId: string | null;
  readonly objectType: string | null;
  readonly text: string | null;
  readonly data: string | null;
  /** Who of the actor's followers find it in their timeline. */
  readonly audience: Audience;
  /** As the host said, else the moment of the telling. It is shown, and orders nothing. */
  readonly at: number;
  /** The order of the telling, over all acts: the order of timelines. */
  readonly seq: number;
}

/** The act alone of what has more fields. */
export const actFields = ({ id, verb, actorId, objectId, objectType, text, data, audience, at, seq }: Act): Act => ({
  id,
  verb,
  actorId,
  objectId,
  objectType,
  text,
  data,
  audience,
  at,
  seq,
});

/** An act as the host tells it, checked. */
export interface NewAct extends Omit<Act, 'at' | 'seq'> {
  /** Null: now. */
  readonly at: number | null;
  /** Whose trays it comes into, each once, without the actor. */
  readonly recipients: readonly string[];
  /** One notice a group while it is unread. Null: verb and object. */
  readonly group: string | null;
}

/** An act as it is sent; `gone`: taken back, or out of the viewer's sight, with nothing but its id. */
export interface ActView {
  readonly act: Act;
  readonly gone: boolean;
}

/** A group of acts in the tray of one user. */
export interface Notice {
  readonly id: string;
  readonly userId: string;
  /** Of the latest shown act, as the object is. */
  readonly verb: string;
  readonly objectId: string | null;
  readonly objectType: string | null;
  /** Distinct shown actors, the latest first: at most 3. */
  readonly actorIds: readonly string[];
  /** How many distinct shown actors there are. */
  readonly actorCount: number;
  /** The latest shown act; of a notice that is gone, its latest act. */
  readonly latest: Act;
  /** When its latest act was told. */
  readonly at: number;
  readonly isRead: boolean;
  /** The tray's revision at its latest shown act: the order of the tray, then the id. */
  readonly position: number;
  /** The tray's revision at its latest visible change. */
  readonly changed: number;
  /** No act of it is shown. */
  readonly gone: boolean;
}

/** The totals of a tray. */
export interface Inbox {
  readonly userId: string;
  /** Unread notices, at most 1,000. */
  readonly unread: number;
  /** Those of them past what the user has seen, at most 1,000. */
  readonly unseen: number;
  /** Moved by every change that the owner can see, and by no other. */
  readonly revision: number;
  /** Grows with the revision: equal revisions have equal instants. */
  readonly asOf: number;
}

/** What changed in a tray. */
export interface InboxChange {
  readonly inbox: Inbox;
  /** As they are now, the latest change first, at most 50. */
  readonly notices: readonly Notice[];
  /** More changed than are listed. */
  readonly partial: boolean;
}

export interface Count {
  readonly name: string;
  readonly value: number;
}

/** What the host counts of one object. `asOf` grows with every change of the object's counts. */
export interface Counts {
  readonly objectId: string;
  /** By name. */
  readonly all: readonly Count[];
  readonly asOf: number;
}

/** Counts as the host puts them, checked. */
export interface NewCounts {
  readonly objectId: string;
  readonly counts: readonly Count[];
  /** Decimal digits: grows with the host's own commits. */
  readonly version: string;
}

/** What a user mutes. */
export interface MuteTarget {
  readonly kind: 'user' | 'object';
  readonly id: string;
}

/** Who is at a place, as one viewer may see it. */
export interface Here {
  readonly conversationId: string;
  /** The first 200 by id whom the viewer may see. */
  readonly people: readonly PresenceView[];
  readonly count: number;
  /** More than 200: `count` is of all who are seen live, rounded to two digits. */
  readonly approximate: boolean;
  readonly asOf: number;
}

export interface HereChange {
  readonly here: Here;
  readonly came: readonly PresenceView[];
  readonly went: readonly string[];
}

/** A page of a list: `items`, and whether more follow. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}
