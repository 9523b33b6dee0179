/** Trays: the notices of one user each, their totals, and what the user hides. */
import type { Act, Inbox, InboxChange, ListPage, MuteTarget, Notice } from '../socialTypes.js';

/** Where a page of notices begins: beyond this one, in the order of positions and ids, the latest first. */
export interface NoticePlace {
  readonly position: number;
  readonly id: string;
}

/** What a push would be sent for: a notice that nobody looked at, told once a notice and position. */
export interface DueNotice {
  readonly notice: Notice;
  /** For the badge. */
  readonly unseen: number;
}

/** Which of the due notices the host is to hear of, and which it is not; what is in neither is not decided. */
export interface PushVerdict {
  readonly wanted: readonly DueNotice[];
  readonly unwanted: readonly DueNotice[];
}

/**
 * Each method is one transaction. Methods reject with UNAVAILABLE while the database cannot be asked. A change moves the tray's
 * revision, is in the social log, and is published by the time its method resolves; what changes nothing moves nothing. Keeps
 * docs/design.md#social; each adapter passes `test/contract/social.ts`.
 */
export interface TrayStore {
  inbox(userId: string): Promise<Inbox>;
  /** Without those that are gone, the latest position first. */
  notices(
    userId: string,
    page: { readonly first: number; readonly after: NoticePlace | null; readonly unreadOnly: boolean },
  ): Promise<ListPage<Notice>>;
  /** Every shown act of a notice, the latest first, beyond the act with the number `after`; null where there is no such notice. */
  noticeActs(
    userId: string,
    noticeId: string,
    page: { readonly first: number; readonly after: number | null },
  ): Promise<ListPage<Act> | null>;
  /** The totals, and the notices that changed after a revision (null: none), of several trays in one query. By user id. */
  changedSince(
    trays: readonly { readonly userId: string; readonly after: number | null }[],
  ): Promise<ReadonlyMap<string, InboxChange>>;
  /** Nothing past the revision `upTo` is seen by it. The tray moves where notices were unseen, so that marking comes to an end. */
  markSeen(userId: string, upTo: number): Promise<Inbox>;
  /** Reads the named notices, or all (null): those whose position is not past `upTo`. */
  markRead(userId: string, upTo: number, noticeIds: readonly string[] | null): Promise<Inbox>;
  /** Hides the acts of a user, or about an object, from the tray and timeline of one user. BAD_USER_INPUT past the bound. */
  mute(userId: string, target: MuteTarget): Promise<void>;
  unmute(userId: string, target: MuteTarget): Promise<void>;
  /**
   * Takes up to `limit` unread notices that wait longer than a push has to, and hands those that are still to be looked at to
   * `decide`, outside of any transaction: what it leaves out or rejects is due again after half a minute, as is what a node takes
   * that dies. What it decides is marked as told, and then `tell` gets what was wanted of it: at most once a notice and position,
   * on whichever node. What a node has marked and not told when it dies is never told, nor is what `tell` rejects. What comes to a
   * notice, or takes it away, before the mark leaves it to its next position. Several nodes take different ones. Returns how many
   * it took.
   */
  takeDue(
    limit: number,
    decide: (due: readonly DueNotice[]) => Promise<PushVerdict>,
    tell: (due: readonly DueNotice[]) => Promise<void>,
  ): Promise<number>;
}
