/** Items that may wait before they are collapsed. */
const MAX_WAITING = 512;

/** What an outbox asks of its subscription. */
export interface OutboxOwner<Item extends object, T> {
  /** Called on dequeue: what to send for the item now; undefined for nothing. */
  authorize(item: Item): T | undefined;
  /** Collapses the items to a bounded number, when the reader falls behind. */
  collapse(items: readonly Item[]): readonly Item[];
  /** Called once, when the subscription ends. */
  onReturn(): void;
  /** Whose name and picture may stand in what is sent for the item; null, or left out: nobody's. */
  named?(item: Item): string | null;
}

/** Takes pushed values; answers false once it can take no more for now. That value was taken still. */
export interface Sink<T> {
  take(value: T): boolean;
  /**
   * Whether it can take now what may name that user; left out: always. Where it answers false nothing goes out until it has the
   * outbox resumed. `upcoming` lists whom what waits may name.
   */
  knows?(userId: string, upcoming: () => Iterable<string>): boolean;
}

/**
 * What is pending for one subscription, as an iterator or pushed to a sink. Items are authorized on dequeue, not on
 * `put`: nothing is sent that is no longer true, or no longer the viewer's to see. There is one of these a subscription:
 * a class, for its size.
 */
export class Outbox<Item extends object, T> implements AsyncIterableIterator<T> {
  private waiting: Item[] = [];
  private ended = false;
  private limit = MAX_WAITING;
  private reader: ((result: IteratorResult<T>) => void) | undefined = undefined;
  private sink: Sink<T> | undefined = undefined;
  private flows = false;

  constructor(private readonly owner: OutboxOwner<Item, T>) {}

  /** Whether what is put is sent at once. */
  get isFlowing(): boolean {
    return this.flows && this.waiting.length === 0;
  }

  put(item: Item): void {
    if (this.ended) return;
    if (this.isFlowing && this.admits(this.named(item))) {
      const value = this.owner.authorize(item);
      if (value !== undefined) this.push(value, null);
      return;
    }
    this.waiting.push(item);
    if (this.waiting.length > this.limit) {
      this.waiting = [...this.owner.collapse(this.waiting)];
      // What cannot be collapsed further must not be tried again at every item.
      this.limit = Math.max(MAX_WAITING, 2 * this.waiting.length);
    }
    if (!this.reader) return;
    const result = this.take();
    if (!result) return;
    const resolve = this.reader;
    this.reader = undefined;
    resolve(result);
  }

  /** Sends a value that is authorized already, and may name that user; false where it would have to wait, and was not taken. */
  push(value: T, named: string | null): boolean {
    if (!this.isFlowing || !this.sink || !this.admits(named)) return false;
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
    // A second `next` while one is pending ends the first: only one reader gets what comes.
    this.reader?.(DONE);
    return new Promise((resolve) => {
      this.reader = resolve;
    });
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.ended) {
      this.ended = true;
      this.flows = false;
      this.waiting = [];
      this.reader?.(DONE);
      this.reader = undefined;
      this.owner.onReturn();
    }
    return DONE;
  }

  /** From now on values go to `sink` as they come. After it answered false, they wait for `resume`. */
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
    for (let item = this.waiting[0]; item !== undefined; item = this.waiting[0]) {
      // Authorized once the name is known: what is revoked until then is not sent.
      if (!this.admits(this.named(item))) return undefined;
      this.waiting.shift();
      const value = this.owner.authorize(item);
      if (value !== undefined) return { done: false, value };
    }
    // A new array: an emptied one keeps its capacity.
    this.waiting = [];
    this.limit = MAX_WAITING;
    return undefined;
  }

  private named(item: Item): string | null {
    return this.sink?.knows ? (this.owner.named?.(item) ?? null) : null;
  }

  private admits(named: string | null): boolean {
    if (named === null || !this.sink?.knows) return true;
    this.flows = this.sink.knows(named, () => this.waiting.flatMap((item) => this.named(item) ?? []));
    return this.flows;
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
