/**
 * The tray of one user on this node, however many of the user's devices watch it: how far it was read, and when it is read next. It is
 * read when it moved, at most once in the broadcast interval, the first time at once; what may hide something waits for no interval, and
 * nothing of the tray goes out until it was read.
 */
import { performance } from 'node:perf_hooks';
import type { AccessChange } from '../presence/ports/bus.js';
import type { Inbox, InboxChange, Notice } from '../social/socialTypes.js';

/** A device that watches the tray. */
export interface InboxListener {
  /** What changed since the last call. Called once a reading that found something. */
  trayChanged(change: InboxChange): void;
  /** The tray was read: what was suspended may go out. */
  trayRead(): void;
  /** A user or a conversation was deleted: nothing of it goes out, though the tray follows later. */
  deleted(deletion: Deletion): void;
}

/** What was deleted; null: that may have been missed, so that it may be anything. */
export type Deletion = AccessChange | null;

const isOf = ({ gone, actorIds, latest }: Notice, change: Deletion): boolean => {
  if (gone) return false;
  if (change === null) return true;
  if (change.kind === 'user') return latest.actorId === change.userId || actorIds.includes(change.userId);
  return change.kind === 'conversation' && latest.objectId === change.id;
};

/** Without the notices that are of something deleted: their tray, which follows, tells what is left of them. */
export const withoutDeleted = (change: InboxChange, deletions: readonly Deletion[]): InboxChange => {
  const notices = change.notices.filter((notice) => !deletions.some((deletion) => isOf(notice, deletion)));
  return { ...change, notices, partial: change.partial || notices.length < change.notices.length };
};

/** What may hide something is read no more often than this: others may follow and unfollow as they like. */
const HIDE_EVERY_MS = 100;

/** What changed after a revision, of a reading of what changed after an earlier one. */
export const changedAfter = ({ inbox, notices, partial }: InboxChange, after: number): InboxChange => {
  const later = notices.filter(({ changed }) => changed > after);
  // The latest changes are listed first: where an earlier one is listed, none of the later ones is missing.
  return { inbox, notices: later, partial: partial && later.length === notices.length };
};

/** Whether the database came back older than it was: what was known of the tray is void. */
export const isOlder = (found: Inbox, known: Inbox): boolean =>
  found.revision < known.revision || (found.revision === known.revision && found.asOf !== known.asOf);

export class InboxTopic {
  /** As it was last read; undefined before the first reading. */
  private known: Inbox | undefined = undefined;
  /** The revision before the last reading: messages of later ones may have been on their way when it began. */
  private before = 0;
  /** The latest revision that was received since the last reading. */
  private moved = 0;
  private readonly listeners = new Set<InboxListener>();
  private sentAt = Number.NEGATIVE_INFINITY;
  private readAt = Number.NEGATIVE_INFINITY;
  /** Whether a reading was requested, and whether one is under way. */
  private requested = false;
  private reading = false;
  /** The reading under way may have begun too early: another one is to follow it. */
  private again = false;
  private suspended = false;
  /** The deletions since the reading under way began. */
  private deletions: Deletion[] = [];
  private timer: NodeJS.Timeout | undefined = undefined;
  /** When the timer rings. */
  private dueAt = 0;
  private ended = false;

  constructor(
    readonly userId: string,
    private readonly broadcastIntervalMs: number,
    /** Requests a reading, which calls `begin`, then `read` or `failed`. */
    private readonly requestReading: (topic: InboxTopic) => void,
  ) {}

  /** Changes after this revision are not known here; null: nobody waits for any. */
  get revision(): number | null {
    return this.known?.revision ?? null;
  }

  /** Nothing may go out: something may be hidden from the owner since the last reading. */
  get isSuspended(): boolean {
    return this.suspended;
  }

  listen(listener: InboxListener): void {
    this.listeners.add(listener);
  }

  unlisten(listener: InboxListener): void {
    this.listeners.delete(listener);
  }

  /** The tray moved to that revision. */
  receive(revision: number): void {
    const known = this.known?.revision ?? 0;
    // Covered by the last reading. An even earlier one tells that the database came back older than it was.
    if (revision <= known && revision > this.before) return;
    this.moved = Math.max(this.moved, revision);
    if (!this.reading) this.requestAt(this.sentAt + this.broadcastIntervalMs);
  }

  /** Something of the tray may be hidden from its owner. */
  suspend(): void {
    this.suspended = true;
    this.reread();
  }

  deleted(deletion: Deletion): void {
    if (this.reading) this.deletions.push(deletion);
    for (const listener of this.listeners) listener.deleted(deletion);
  }

  /** What the reading under way found, without what was deleted since it began. */
  found(change: InboxChange): InboxChange {
    return withoutDeleted(change, this.deletions);
  }

  /** Messages may have been missed. */
  reread(): void {
    if (this.reading) this.again = true;
    else this.requestAt(this.readAt + HIDE_EVERY_MS);
  }

  /** A reading begins, whoever requested it. */
  begin(): void {
    this.requested = false;
    this.reading = true;
    this.deletions = [];
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** The reading failed. What the listeners were sent holds on, and it is read again. */
  failed(): void {
    this.reading = false;
    this.again = false;
    if (this.known) this.request();
  }

  /** What the reading found: what changed after {@link InboxTopic.revision} or an earlier one. */
  read(change: InboxChange): void {
    const { known } = this;
    const { inbox } = change;
    this.known = inbox;
    this.before = Math.min(known?.revision ?? 0, inbox.revision - 1);
    this.readAt = performance.now();
    this.reading = false;
    this.suspended &&= this.again;
    if (known && isOlder(inbox, known)) this.deliver({ inbox, notices: [], partial: true });
    else if (known && inbox.revision > known.revision) this.deliver(changedAfter(change, known.revision));
    for (const listener of this.listeners) listener.trayRead();
    const { again, moved } = this;
    this.again = false;
    this.moved = 0;
    if (again) this.reread();
    // It moved while it was being read.
    else if (moved > inbox.revision) this.receive(moved);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private deliver(change: InboxChange): void {
    this.sentAt = this.readAt;
    for (const listener of this.listeners) listener.trayChanged(change);
  }

  /** Requests a reading at an instant of `performance.now`, or earlier where one is due earlier. */
  private requestAt(instant: number): void {
    if (this.ended || this.requested) return;
    const waitMs = instant - performance.now();
    if (waitMs <= 0) this.request();
    else if (!this.timer || this.dueAt > instant) {
      clearTimeout(this.timer);
      this.dueAt = instant;
      this.timer = setTimeout(() => this.request(), waitMs).unref();
    }
  }

  private request(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.ended || this.requested) return;
    this.requested = true;
    this.requestReading(this);
  }
}
