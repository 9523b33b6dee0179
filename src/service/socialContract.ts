/** The services of the social layer that resolvers call: what they take, give and reject with (docs/design.md#social). */
import type { Viewer } from '../presence/visibility.js';
import type { ActView, Count, Counts, Inbox, Notice } from '../social/socialTypes.js';
import type { ActInput } from '../social/socialValidate.js';

/** Counts of one object as the host puts them, unchecked. */
export interface CountsInput {
  readonly objectId: string;
  readonly counts: readonly Count[];
  readonly version: string;
}

/** Which part of a list: `first` items beyond the cursor `after`, unchecked. */
export interface PageInput {
  readonly first: number;
  readonly after: string | null;
}

/** One page, in order; `cursor` continues after its item. */
export interface CursorPage<Node> {
  readonly items: readonly { readonly cursor: string; readonly node: Node }[];
  /** Where the next page begins: mostly the last item's. */
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** What the host tells. FORBIDDEN to all but service tokens; BAD_USER_INPUT for what breaks a limit, with nothing told. */
export interface TellService {
  /** Returns how many acts were new or came back. Told again, an act changes nothing. */
  tell(viewer: Viewer, acts: readonly ActInput[]): Promise<number>;
  /** Returns how many acts were there. */
  retract(viewer: Viewer, actIds: readonly string[]): Promise<number>;
}

export interface CountService {
  /** FORBIDDEN to all but service tokens. Returns how many objects moved. */
  putCounts(viewer: Viewer, counts: readonly CountsInput[]): Promise<number>;
  /**
   * In the order given, each once, without the objects that the viewer may not use: as if these did not exist. At most 200. A
   * service token reads all of them.
   */
  counts(viewer: Viewer, objectIds: readonly string[]): Promise<readonly Counts[]>;
}

/** The viewer's own tray. FORBIDDEN to service tokens. */
export interface NoticeService {
  inbox(viewer: Viewer): Promise<Inbox>;
  notices(viewer: Viewer, page: PageInput & { readonly unreadOnly: boolean }): Promise<CursorPage<Notice>>;
  /** NOT_FOUND where the viewer has no such notice. */
  noticeActs(viewer: Viewer, noticeId: string, page: PageInput): Promise<CursorPage<ActView>>;
  /** `upTo` is a revision as `inbox` gave it; later notices stay unseen. */
  markSeen(viewer: Viewer, upTo: string): Promise<Inbox>;
  /** Null: all notices. One that grew past `upTo` stays unread. At most 1,000 ids. */
  markRead(viewer: Viewer, upTo: string, noticeIds: readonly string[] | null): Promise<Inbox>;
  /** One of the two ids, known or not; BAD_USER_INPUT for none and for both. */
  mute(viewer: Viewer, target: MuteInput): Promise<true>;
  unmute(viewer: Viewer, target: MuteInput): Promise<true>;
}

export interface MuteInput {
  readonly userId: string | null;
  readonly objectId: string | null;
}

export interface TimelineService {
  /** What those on the viewer's roster did, the latest first. FORBIDDEN to service tokens. */
  timeline(viewer: Viewer, page: PageInput): Promise<CursorPage<ActView>>;
}

/**
 * All of the social layer. Each method authorizes the caller (FORBIDDEN, NOT_FOUND), validates what it is given (BAD_USER_INPUT),
 * takes it from the caller's allowance (RATE_LIMITED; service tokens have none), and calls its port (UNAVAILABLE).
 */
export interface Social extends TellService, CountService, NoticeService, TimelineService {}
