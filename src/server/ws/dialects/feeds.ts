/** From the subscriptions of the hub to the frames of one socket. There are two a connection: classes, for their size. */
import { type Delivery, type Shared, viewOf } from '../../../fanout/delivery.js';
import type { Sink } from '../../../fanout/outbox.js';
import type { PresenceView } from '../../../presence/view.js';
import type { TypingView } from '../../../service/contract.js';
import { textFrame } from '../frames.js';
import type { Outbound, Pusher } from '../outbound.js';
import type { Dialect } from './dialect.js';

export type PresenceDelivery = Delivery<Shared<PresenceView>>;
export type TypingDelivery = Delivery<Shared<TypingView>>;

/** A message as a frame, see frames.ts. */
export const frameOf = (message: object): string =>
  textFrame(Buffer.from(JSON.stringify(message), 'utf8').toString('latin1'));

/** Makes the frame of a delivery: of one that goes to many subscribers in succession once for all of them. */
export const createPresenceFrames = (dialect: Pick<Dialect, 'presence'>) => {
  let last: (PresenceDelivery & { readonly frame: string }) | undefined;
  return ({ projection, asOf }: PresenceDelivery): string => {
    if (last?.projection !== projection || last.asOf !== asOf) {
      last = { projection, asOf, frame: frameOf(dialect.presence(viewOf({ projection, asOf }))) };
    }
    return last.frame;
  };
};

/** Pushes what a subscription delivers, no faster than the client reads. */
export class Feed<T> implements Sink<T>, Pusher {
  constructor(
    private readonly outbound: Pick<Outbound, 'push'>,
    /** The frame of a value; null: nothing is sent. */
    private readonly toFrame: (value: T) => string | null,
    private readonly source: { flow(sink: Sink<T>): void; resume(): void },
  ) {
    source.flow(this);
  }

  take(value: T): boolean {
    const frame = this.toFrame(value);
    return frame === null || this.outbound.push(frame, this);
  }

  drained(): void {
    this.source.resume();
  }
}
