/**
 * The caller's tray, while somebody listens. The subscription begins with the totals, or with what changed after the revision
 * that was received last; the list is read after that, so that nothing falls between the two.
 */
import type { Internals } from '../internals.js';
import { Cell } from '../observable.js';
import { Retained } from '../retained.js';
import { INBOX_CHANGED, MARK_READ, MARK_SEEN, NOTICES } from './documents.js';
import { reportLasting } from './failures.js';
import { type Page, PagedList } from './pagedList.js';
import type { Inbox, InboxReadable, Notice } from './types.js';

type Totals = Pick<Inbox, 'unread' | 'unseen' | 'revision'>;

interface SentNotice extends Notice {
  readonly gone: boolean;
}

interface InboxChange {
  readonly inbox: Totals;
  readonly notices: readonly SentNotice[];
  readonly partial: boolean;
}

export class Tray {
  readonly value: InboxReadable;
  private readonly cell: Cell<Inbox | undefined>;
  private readonly retained = new Retained<null>({ onFirst: () => this.start(), onGone: () => this.stop() });
  private readonly list: PagedList<SentNotice>;
  /** The latest that were received, also as an answer, which may be ahead of the list. */
  private totals: Totals | undefined;
  /** What the next subscription begins after; the list is of this revision or a later one. */
  private variables: { after: string | null } = { after: null };
  private isStarting = true;
  private unsubscribe = () => {};

  constructor(private readonly client: Internals) {
    const { operations, report } = client;
    this.cell = new Cell<Inbox | undefined>(undefined, report, () => this.retained.retain(null));
    this.list = new PagedList<SentNotice>({
      read: async (first, after) => {
        const { notices } = await operations.send<{ notices: Page<SentNotice> }>(NOTICES, { first, after });
        return notices;
      },
      placeOf: ({ position }) => Number(position),
      onChange: () => this.show(),
      onError: client.onError,
    });
    this.value = {
      get: this.cell.get,
      subscribe: this.cell.subscribe,
      markSeen: (upTo) => this.mark(MARK_SEEN, 'markSeen', upTo),
      markRead: async (noticeIds, upTo = this.cell.get()?.revision) => {
        await this.mark(MARK_READ, 'markRead', upTo, noticeIds ?? null);
        for (const notice of this.list.items()) {
          const isMeant = !noticeIds || noticeIds.includes(notice.id);
          // One that grew since stays unread.
          if (isMeant && !notice.isRead && Number(notice.position) <= Number(upTo))
            this.put({ ...notice, isRead: true });
        }
      },
      loadMore: () => this.list.loadMore(),
    };
  }

  down(): void {
    this.isStarting = true;
    this.list.pause();
  }

  clear(): void {
    this.retained.clear();
    this.stop();
  }

  private start(): void {
    this.variables = { after: null };
    this.isStarting = true;
    this.unsubscribe = this.client.operations.subscribe<{ inboxChanged: InboxChange }>(
      INBOX_CHANGED,
      this.variables,
      ({ inboxChanged }) => this.receive(inboxChanged),
      (error) => {
        this.isStarting = true;
        reportLasting(this.client)(error);
      },
    );
  }

  private stop(): void {
    this.unsubscribe();
    this.list.clear();
    this.totals = undefined;
    this.cell.set(undefined);
  }

  private receive({ inbox, notices, partial }: InboxChange): void {
    const { after } = this.variables;
    // A tray never goes back: this is another one, as after the server's data were put back.
    const isAnother = this.isStarting && after !== null && Number(inbox.revision) < Number(after);
    if (isAnother) this.totals = undefined;
    this.isStarting = false;
    this.variables.after = inbox.revision;
    for (const notice of notices) this.put(notice);
    this.take(inbox);
    if (partial || isAnother || this.list.isStale) this.list.reload();
  }

  private put(notice: SentNotice): void {
    const { id, gone, position } = notice;
    const place = gone ? (this.list.entry(id)?.place ?? 0) : Number(position);
    this.list.put(id, gone ? undefined : notice, place);
  }

  private take(totals: Totals): void {
    if (this.totals && Number(totals.revision) < Number(this.totals.revision)) return;
    this.totals = totals;
    // Notices that came with them are shown at the same moment.
    if (!this.list.isChanging) this.show();
  }

  private show(): void {
    const { totals, list } = this;
    if (!totals || !list.isLoaded) return;
    this.cell.set({
      unread: totals.unread,
      unseen: totals.unseen,
      revision: this.variables.after ?? totals.revision,
      notices: list.items(),
      hasMore: list.hasMore,
    });
  }

  private async mark(
    document: string,
    field: 'markSeen' | 'markRead',
    upTo = this.cell.get()?.revision,
    ids?: readonly string[] | null,
  ): Promise<void> {
    if (upTo === undefined) return;
    // Marking what was marked changes nothing, so it may be sent again. Other notices are another topic.
    const topic = field + (ids ?? '');
    const answer = await this.client.request<Record<string, Totals>>(document, { upTo, ids }, topic);
    if (this.totals) this.take(answer[field]!);
  }
}
