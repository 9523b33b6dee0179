/**
 * A list that is read page by page and changes meanwhile. A page may be older than what was received while it was asked for,
 * which holds then. Items are in the order of their places, the greatest first.
 */
import { backoffMs } from '../backoff.js';
import { isTemporary, type PresenceError, waitOf } from '../errors.js';

/** Of one page, and the most that the server gives of one. */
const PAGE = 20;
const MAX_PAGE = 100;
/** Changes within it are shown together. */
const JOIN_MS = 10;
/** So many changes later the list is read again, so that it does not grow for ever. */
const MAX_RECEIVED = 1_000;

export interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface PagedListPorts<Node> {
  /** Rejects with a `PresenceError`. */
  readonly read: (first: number, after: string | null) => Promise<Page<Node>>;
  /** The place of a node of a page; `next` is the one below that of the node before it. */
  readonly placeOf: (node: Node, next: number) => number;
  /** Something changed that is shown. */
  readonly onChange: () => void;
  /** Told of what does not pass by itself. */
  readonly onError: (error: PresenceError) => void;
}

interface Entry<Node> {
  /** Undefined: it is gone. */
  readonly node: Node | undefined;
  readonly place: number;
  /** Which change it was; 0 where it is of a page. */
  readonly received: number;
}

export class PagedList<Node extends { readonly id: string }> {
  private entries = new Map<string, Entry<Node>>();
  /** Counts what is received. */
  private received = 0;
  /** When the list was read again last. */
  private receivedBefore = 0;
  /** What is asked for at present: pages of an earlier one come too late. */
  private run: symbol | undefined;
  /** The list is read, or will be as soon as that is possible. */
  private reading = false;
  private isAgain = false;
  private isWanted = true;
  private failures = 0;
  private more: Promise<boolean> | undefined;
  private cursor: string | null = null;
  /** The place of the last item that was read; below it there are items that were not. */
  private bound = 0;
  private hasNext = false;
  private isRead = false;
  private joining: ReturnType<typeof setTimeout> | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ports: PagedListPorts<Node>) {}

  /** Whether it was read once. */
  get isLoaded(): boolean {
    return this.isRead;
  }

  /** Whether what is there may not be the list. */
  get isStale(): boolean {
    return this.isWanted;
  }

  get hasMore(): boolean {
    return this.hasNext;
  }

  /** Whether a change will be told of in a moment. */
  get isChanging(): boolean {
    return this.joining !== undefined;
  }

  /** What is known of an id, also where it is gone. */
  entry(id: string): Entry<Node> | undefined {
    return this.entries.get(id);
  }

  /** The greatest place there is. */
  get top(): number {
    let top = 0;
    for (const { place } of this.entries.values()) top = Math.max(top, place);
    return top;
  }

  /** What is shown. */
  items(): Node[] {
    return this.shown().map(({ node }) => node!);
  }

  /** An item as it is now; undefined: it is gone. */
  put(id: string, node: Node | undefined, place: number): void {
    this.received += 1;
    this.entries.set(id, { node, place, received: this.received });
    this.changed();
    if (this.received - this.receivedBefore <= MAX_RECEIVED) return;
    this.receivedBefore = this.received;
    this.reload();
  }

  /** Reads the list from its top, in place of what is there; again and again until it was read, or {@link pause}. */
  reload(): void {
    this.isWanted = true;
    if (this.reading) this.isAgain = true;
    else void this.readTop();
  }

  /** Resolves with whether there are more. Rejects with a `PresenceError`. */
  loadMore(): Promise<boolean> {
    if (!this.hasNext) return Promise.resolve(false);
    if (this.more) return this.more;
    const more = this.readMore().finally(() => {
      if (this.more === more) this.more = undefined;
    });
    this.more = more;
    return more;
  }

  /** The connection is gone: what is asked for is not answered. */
  pause(): void {
    this.run = undefined;
    this.reading = false;
    this.more = undefined;
    this.failures = 0;
    clearTimeout(this.waiting);
  }

  clear(): void {
    this.pause();
    clearTimeout(this.joining);
    this.joining = undefined;
    this.entries.clear();
    this.isWanted = true;
    this.hasNext = this.isRead = false;
  }

  private shown(): Entry<Node>[] {
    const isShown = ({ node, place }: Entry<Node>) => node && (!this.hasNext || place >= this.bound);
    const byPlace = (a: Entry<Node>, b: Entry<Node>) => b.place - a.place || (a.node!.id < b.node!.id ? 1 : -1);
    return [...this.entries.values()].filter(isShown).sort(byPlace);
  }

  private changed(): void {
    this.joining ??= setTimeout(() => {
      this.joining = undefined;
      this.ports.onChange();
      // Everything that was loaded went: what comes below it is next.
      if (this.hasNext && this.isRead && this.shown().length === 0) this.loadMore().catch(() => {});
    }, JOIN_MS);
  }

  private async readTop(): Promise<void> {
    this.run = Symbol();
    const { run, received } = this;
    this.reading = true;
    this.isAgain = false;
    this.more = undefined;
    const { top } = this;
    const first = Math.min(MAX_PAGE, Math.max(PAGE, this.isRead ? this.shown().length : 0));
    try {
      const page = await this.ports.read(first, null);
      if (this.run !== run) return;
      // More that was asked for meanwhile belongs to the list as it was.
      this.run = Symbol();
      this.entries = new Map([...this.entries].filter(([, entry]) => entry.received > received));
      this.receivedBefore = received;
      this.isRead = true;
      this.failures = 0;
      this.take(page, top);
      this.isWanted = this.isAgain;
      this.reading = false;
      if (this.isAgain) this.reload();
    } catch (cause) {
      if (this.run === run) this.failed(cause as PresenceError);
    }
  }

  private failed(error: PresenceError): void {
    if (isTemporary(error)) {
      const waitMs = waitOf(error) + backoffMs(this.failures++, Math.random());
      this.waiting = setTimeout(() => void this.readTop(), waitMs);
      return;
    }
    this.reading = false;
    if (error.code !== 'DISCONNECTED') this.ports.onError(error);
  }

  private async readMore(): Promise<boolean> {
    const { run } = this;
    const page = await this.ports.read(PAGE, this.cursor);
    // A list that was read again meanwhile shows another end.
    if (this.run === run) this.take(page, this.bound - 1);
    return this.hasNext;
  }

  private take({ edges, pageInfo }: Page<Node>, from: number): void {
    let next = from;
    for (const { node } of edges) {
      const known = this.entries.get(node.id);
      // What was received since holds, and stands where the page has it.
      const newest = known?.received ? known.node : node;
      const place = this.ports.placeOf(newest ?? node, next);
      this.entries.set(node.id, { node: newest, place, received: known?.received ?? 0 });
      this.bound = next = this.ports.placeOf(node, next);
      next -= 1;
    }
    this.cursor = pageInfo.endCursor;
    this.hasNext = pageInfo.hasNextPage;
    this.changed();
  }
}
