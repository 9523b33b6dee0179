import type { ExecutionResult } from 'graphql';
import type { Delivery } from '../../fanout/delivery.js';
import type { Sink } from '../../fanout/outbox.js';
import type { SharedStream } from '../../fanout/subscription.js';
import type { Prepared, SharedResults } from '../execution/engine.js';
import type { Names } from '../execution/names.js';
import type { Renderer } from '../execution/rendering.js';
import { type Framer, headOf } from './frames.js';
import type { Outbound, Pusher } from './outbound.js';

/** Never settles: a caller that awaits it goes no further, and is garbage-collected with it. */
export const halt = () => new Promise<never>(() => {});

/** Where the deliveries of a shared stream go. */
export interface Destination {
  /** The client's id of the operation. */
  readonly id: string;
  readonly outbound: Pick<Outbound, 'push'>;
  readonly frame: Framer;
}

/**
 * Sends the deliveries of a shared stream at once, past graphql-ws, which is given an iterator that never yields and stays
 * in charge of the operation's start and end.
 */
class Feed implements Sink<Delivery>, Pusher {
  /** Whether a name is being fetched. */
  private isFetching = false;
  private readonly head: string;
  private readonly outbound: Pick<Outbound, 'push'>;
  private readonly frame: Framer;
  private readonly stream: SharedStream;
  private readonly render: Renderer;
  private readonly names: Names | null;

  constructor({ stream, render, names }: SharedResults, { id, outbound, frame }: Destination) {
    this.head = headOf(id);
    this.outbound = outbound;
    this.frame = frame;
    this.stream = stream;
    this.render = render;
    this.names = names;
    stream.flow(this);
  }

  take(delivery: Delivery): boolean {
    return this.outbound.push(this.frame(this.head, this.render(delivery)), this);
  }

  knows(userId: string, upcoming: () => Iterable<string>): boolean {
    const { names } = this;
    if (this.isFetching) return false;
    if (names === null || names.known(userId) !== undefined) return true;
    this.isFetching = true;
    names.fetch(userId, upcoming(), () => {
      this.isFetching = false;
      this.stream.resume();
    });
    return false;
  }

  drained(): void {
    this.stream.resume();
  }

  next(): Promise<never> {
    return halt();
  }

  return(): Promise<unknown> {
    return this.stream.return();
  }
}

/** Where the results of a subscription come from. */
interface Source {
  next(): Promise<IteratorResult<ExecutionResult>>;
  return?(): Promise<unknown>;
}

/** One operation, from `subscribe` until it completes or is cancelled: the iterator of its results for graphql-ws. */
export class Running implements AsyncIterableIterator<ExecutionResult> {
  cancelled = false;
  /** Bytes that it counts for among the connection's subscriptions; 0 where it is none. */
  counted = 0;
  /** Its weight among the queries and mutations under way. */
  weight = 0;
  /** Whether its execution ended, whether or not the result is written. */
  ran = false;
  prepared: Prepared | null = null;
  private source: Source | null = null;

  constructor(private readonly operations: { settle(running: Running): void }) {}

  /** Takes the results from `source`, through graphql-ws. */
  follow(source: Source): void {
    this.source = source;
    if (this.cancelled) this.end();
  }

  /** Sends the results of a shared stream past graphql-ws. */
  share(shared: SharedResults, destination: Destination): void {
    if (this.cancelled) void shared.stream.return();
    else this.source = new Feed(shared, destination);
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    const next = (await this.source?.next()) ?? { done: true, value: undefined };
    return this.cancelled ? halt() : next;
  }

  /** Called by graphql-ws when the client completes the operation, or disconnects. */
  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<never> {
    this.cancel();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.operations.settle(this);
    this.end();
  }

  /** Ends the source without waiting: one that hangs or fails must not keep the connection from ending. */
  private end(): void {
    void this.source?.return?.()?.catch(() => {});
  }
}
