import type { ExecutionResult } from 'graphql';
import type { Delivery } from '../../fanout/delivery.js';
import type { Sink } from '../../fanout/outbox.js';
import type { PresenceStream } from '../../fanout/subscription.js';
import type { Prepared, SharedStream } from '../execution/engine.js';
import type { Renderer } from '../execution/rendering.js';
import { type Framer, headOf } from './frames.js';
import type { Outbound, Pusher } from './outbound.js';

/** Never settles: whoever awaits it goes no further, and is collected with it. */
export const halt = () => new Promise<never>(() => {});

/** Where a shared stream goes. */
export interface Destination {
  /** Of the operation, as the client named it. */
  readonly id: string;
  readonly outbound: Pick<Outbound, 'push'>;
  readonly frame: Framer;
}

/**
 * Sends the deliveries of a shared stream as they come, beside graphql-ws. That is handed an iterator that never yields,
 * and stays in charge of the operation's start and end.
 */
class Feed implements Sink<Delivery>, Pusher {
  private readonly head: string;
  private readonly outbound: Pick<Outbound, 'push'>;
  private readonly frame: Framer;
  private readonly stream: PresenceStream;
  private readonly render: Renderer;

  constructor({ stream, render }: SharedStream, { id, outbound, frame }: Destination) {
    this.head = headOf(id);
    this.outbound = outbound;
    this.frame = frame;
    this.stream = stream;
    this.render = render;
    stream.flow(this);
  }

  take(delivery: Delivery): boolean {
    return this.outbound.push(this.frame(this.head, this.render(delivery)), this);
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

/** What an operation's results come from, if it goes on. */
interface Source {
  next(): Promise<IteratorResult<ExecutionResult>>;
  return?(): Promise<unknown>;
}

/** One operation of a connection, from `subscribe` until it completes or is cancelled: what graphql-ws iterates. */
export class Running implements AsyncIterableIterator<ExecutionResult> {
  cancelled = false;
  /** As how many bytes it is counted among the subscriptions; 0 where it is not. */
  counted = 0;
  /** As how many it is counted among the queries and mutations under way. */
  weight = 0;
  /** Whether it has run, whatever became of the result. */
  ran = false;
  prepared: Prepared | null = null;
  private source: Source | null = null;

  constructor(private readonly operations: { settle(running: Running): void }) {}

  /** Its results are these. */
  follow(source: Source): void {
    this.source = source;
    if (this.cancelled) this.end();
  }

  /** Its results are sent beside graphql-ws. */
  share(shared: SharedStream, destination: Destination): void {
    if (this.cancelled) void shared.stream.return();
    else this.source = new Feed(shared, destination);
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    const next = (await this.source?.next()) ?? { done: true, value: undefined };
    return this.cancelled ? halt() : next;
  }

  /** What graphql-ws calls when the client completes the operation, or goes. */
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

  /** The iterator's own end is not waited for: one that hangs or fails must not keep the connection from ending. */
  private end(): void {
    void this.source?.return?.()?.catch(() => {});
  }
}
