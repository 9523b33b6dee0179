import { type Delivery, type Shared, viewOf } from './delivery.js';
import type { Outbox, Sink } from './outbox.js';
import type { SharedStream } from './subscription.js';

/** A subscription whose outbox has deliveries: it is pushed to a sink, or iterated. There is one a subscription: a class, for its size. */
export abstract class DeliveryStream<View extends object, S extends Shared<View>> implements SharedStream<View, S> {
  abstract readonly outbox: Pick<Outbox<object, Delivery<S>>, 'next' | 'return' | 'flow' | 'resume'>;

  async next(): Promise<IteratorResult<View>> {
    const next = await this.outbox.next();
    return next.done ? next : { done: false, value: viewOf<View>(next.value) };
  }

  async return(): Promise<IteratorResult<View>> {
    await this.outbox.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  flow(sink: Sink<Delivery<S>>): void {
    this.outbox.flow(sink);
  }

  resume(): void {
    this.outbox.resume();
  }
}
