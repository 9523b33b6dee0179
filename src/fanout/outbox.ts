/** How many items may wait before they are collapsed. */
const MAX_WAITING = 512;

/** What an outbox asks of whoever it belongs to. */
export interface OutboxOwner<Item extends object, T> {
  /** What to send for an item now; undefined for nothing. */
  authorize(item: Item): T | undefined;
  /** Makes a bounded number of items of many, when the reader does not keep up. */
  collapse(items: readonly Item[]): readonly Item[];
  /** Called once, when the subscription ends. */
  onReturn(): void;
}

/** Takes what is pushed; false once it can take no more for now. */
export interface Sink<T> {
  take(value: T): boolean;
}

/**
 * What one subscription is owed, as an iterator. Items are judged when they are taken, not when they are put, so that
 * nothing is sent that is no longer true or no longer the viewer's to see. There is one a subscription: a class, for its
 * size.
 */
export class Outbox<Item extends object, T> implements AsyncIterableIterator<T> {
  private waiting: Item[] = [];
  private ended = false;
  private limit = MAX_WAITING;
  private pending: ((result: IteratorResult<T>) => void) | undefined = undefined;
  private sink: Sink<T> | undefined = undefined;
  private flows = false;

  constructor(private readonly owner: OutboxOwner<Item, T>) {}

  /** Whether what is put is sent at once. */
  get isFlowing(): boolean {
    return this.flows && this.waiting.length === 0;
  }

  put(item: Item): void {
    if (this.ended) return;
    if (this.isFlowing) {
      const value = this.owner.authorize(item);
      if (value !== undefined) this.push(value);
      return;
    }
    this.waiting.push(item);
    if (this.waiting.length > this.limit) {
      this.waiting = [...this.owner.collapse(this.waiting)];
      // What cannot be collapsed further must not be tried again at every item.
      this.limit = Math.max(MAX_WAITING, 2 * this.waiting.length);
    }
    if (!this.pending) return;
    const result = this.take();
    if (!result) return;
    const resolve = this.pending;
    this.pending = undefined;
    resolve(result);
  }

  /** Hands over what needs no judging; false where it would have to wait, and was not taken. */
  push(value: T): boolean {
    if (!this.isFlowing || !this.sink) return false;
    this.flows = this.sink.take(value);
    return true;
  }

  /** Removes what waits and matches. */
  remove(matches: (item: Item) => boolean): void {
    if (this.waiting.length > 0) this.waiting = this.waiting.filter((item) => !matches(item));
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.ended) return DONE;
    const result = this.take();
    if (result) return result;
    // Whoever asks twice at once is answered once; the earlier question has nothing more to come.
    this.pending?.(DONE);
    return new Promise((resolve) => {
      this.pending = resolve;
    });
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.ended) {
      this.ended = true;
      this.flows = false;
      this.waiting = [];
      this.pending?.(DONE);
      this.pending = undefined;
      this.owner.onReturn();
    }
    return DONE;
  }

  /** Instead of being asked for, values are handed to `sink` as they come; after it answered false, from `resume` on. */
  flow(sink: Sink<T>): void {
    this.sink = sink;
    this.resume();
  }

  resume(): void {
    if (this.ended || !this.sink) return;
    this.flows = true;
    while (this.flows) {
      const next = this.take();
      if (!next) return;
      this.flows = this.sink.take(next.value);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(): IteratorYieldResult<T> | undefined {
    for (let item = this.waiting.shift(); item !== undefined; item = this.waiting.shift()) {
      const value = this.owner.authorize(item);
      if (value !== undefined) return { done: false, value };
    }
    // A new one: what was emptied keeps its room.
    this.waiting = [];
    this.limit = MAX_WAITING;
    return undefined;
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

export const createOutbox = <Item extends object, T>(owner: OutboxOwner<Item, T>): Outbox<Item, T> => new Outbox(owner);
