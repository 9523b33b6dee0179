/**
 * What those on the caller's roster did, while somebody listens. The subscription tells what happens from then on, and the
 * list is read beside it; its order is the order of the telling, which an act does not say itself.
 */
import type { Internals } from '../internals.js';
import { Cell } from '../observable.js';
import { Retained } from '../retained.js';
import { TIMELINE, TIMELINE_CHANGED } from './documents.js';
import { reportLasting } from './failures.js';
import { type Page, PagedList } from './pagedList.js';
import type { Act, TimelineReadable } from './types.js';

/** A subscription does not say when it has started. What was told before then is in a list that is read so much later. */
const STARTED_MS = 2_000;
/** Between two readings for acts whose place is not known. */
const REREAD_MS = 1_000;

interface SentAct extends Act {
  readonly gone: boolean;
}

export class Timeline {
  readonly value: TimelineReadable;
  private readonly cell: Cell<readonly Act[]>;
  private readonly retained = new Retained<null>({ onFirst: () => this.start(), onGone: () => this.stop() });
  private readonly list: PagedList<SentAct>;
  private unsubscribe = () => {};
  private rereading: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Internals) {
    const { operations, report } = client;
    this.cell = new Cell<readonly Act[]>([], report, () => this.retained.retain(null));
    this.list = new PagedList<SentAct>({
      read: async (first, after) => {
        const { timeline } = await operations.send<{ timeline: Page<SentAct> }>(TIMELINE, { first, after });
        return timeline;
      },
      placeOf: (_act, next) => next,
      onChange: () => this.cell.set(this.list.items()),
      onError: client.onError,
    });
    this.value = { get: this.cell.get, subscribe: this.cell.subscribe, loadMore: () => this.list.loadMore() };
  }

  up(): void {
    if (!this.retained.has(null)) return;
    this.list.reload();
    this.rereadIn(STARTED_MS);
  }

  down(): void {
    this.list.pause();
    this.rest();
  }

  clear(): void {
    this.retained.clear();
    this.stop();
  }

  private start(): void {
    const { operations } = this.client;
    this.unsubscribe = operations.subscribe<{ timelineChanged: SentAct }>(
      TIMELINE_CHANGED,
      {},
      ({ timelineChanged }) => this.receive(timelineChanged),
      reportLasting(this.client),
    );
    if (operations.isUp) this.up();
  }

  private stop(): void {
    this.unsubscribe();
    this.rest();
    this.list.clear();
    this.cell.set([]);
  }

  private receive(act: SentAct): void {
    const { list } = this;
    const known = list.entry(act.id);
    if (known) list.put(act.id, act.gone ? undefined : act, known.place);
    else if (act.gone) list.put(act.id, undefined, list.top);
    else if (this.isLatest(act)) list.put(act.id, act, list.top + 1);
    // As one that may be seen again: the list has its place.
    else this.rereadIn(REREAD_MS);
  }

  /** The host's clock orders nothing; it only tells which acts need a second look. */
  private isLatest({ at }: SentAct): boolean {
    const latest = this.list.items()[0];
    return !latest || at >= latest.at;
  }

  private rereadIn(ms: number): void {
    this.rereading ??= setTimeout(() => {
      this.rereading = undefined;
      this.list.reload();
    }, ms);
  }

  private rest(): void {
    clearTimeout(this.rereading);
    this.rereading = undefined;
  }
}
