import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Context, OperationResult, ServerOptions, SubscribePayload } from 'graphql-ws';
import type { SubscriptionBudget } from '../../fanout/subscription.js';
import type { Caller } from '../../service/contract.js';
import type { Engine, Prepared } from '../execution/engine.js';
import { newRequestId } from '../execution/requestIds.js';
import type { Framer } from './frames.js';
import type { Outbound } from './outbound.js';
import type { ReadFlow } from './readFlow.js';
import { halt, Running } from './running.js';

export const MAX_SUBSCRIPTIONS = 50;
/** Memory that a connection's subscriptions may keep for their documents and ids. */
const MAX_SUBSCRIBED_BYTES = 8 * 1024 * 1024;
/** An id is kept as received, and as the head of each message. */
const BYTES_A_CHARACTER_OF_ID = 8;
/** Queries and mutations of a connection from `subscribe` until the answer is written; at this many reads are paused. */
const MAX_RUNNING = 100;
/** The weight of one whose answer may list every user. */
const LISTING = 25;

type Hooks = { readonly [K in 'onSubscribe' | 'onOperation' | 'onComplete']: NonNullable<ServerOptions[K]> };

/** The connection that operations belong to. */
export interface OperationsOwner {
  readonly caller: Caller | null;
  readonly budget: SubscriptionBudget;
  readonly readFlow: Pick<ReadFlow, 'pause' | 'resume'>;
  readonly outbound: Pick<Outbound, 'push'>;
}

/** The object that graphql-ws passes to every hook of one operation. */
type Payload = SubscribePayload & { [RUNNING]?: Running };
const RUNNING = Symbol('running');

/** What all connections share. */
export interface OperationsDeps {
  readonly engine: Engine;
  readonly frame: Framer;
  readonly maxSubscriptions?: number;
}

/**
 * The operations of one connection, as hooks of graphql-ws. That library identifies an operation by the id that the client
 * chose, and a client may cancel one and reuse its id while the first is still being started, answered or ended: results
 * and completion of the first would then go out as those of the second. So each operation is tracked here by itself, and a
 * cancelled one ends its iterator and goes no further. One for each connection: a class, because its instances are smaller
 * than closures.
 */
export class Operations implements Hooks {
  /** Subscriptions that are open or starting. */
  subscriptions = 0;
  private subscribedBytes = 0;
  private answering = 0;

  constructor(
    private readonly deps: OperationsDeps,
    private readonly owner: OperationsOwner,
  ) {}

  onSubscribe({ subscriptions: byId }: Context, id: string, payload: Payload): ReturnType<Hooks['onSubscribe']> {
    const { engine, maxSubscriptions = MAX_SUBSCRIPTIONS } = this.deps;
    const { caller, budget } = this.owner;
    const running = new Running(this);
    payload[RUNNING] = running;
    // Registered at once, so that even an immediate cancellation is received.
    byId[id] = running;
    const requestId = newRequestId();
    const prepared = engine.prepare(payload, { caller, budget, requestId });
    if (!('run' in prepared)) return prepared;
    if (prepared.kind === OperationTypeNode.SUBSCRIPTION) {
      const bytes = prepared.bytes + BYTES_A_CHARACTER_OF_ID * id.length;
      const refusal = this.refusalOf(bytes, maxSubscriptions);
      if (refusal !== null) {
        engine.subscriptionRefused(caller, 'BAD_USER_INPUT');
        return [engine.finishing.error(new GraphQLError(refusal), requestId)];
      }
      running.counted = bytes;
      this.subscriptions += 1;
      this.subscribedBytes += bytes;
    } else this.enter(running, prepared.lists ? LISTING : 1);
    running.prepared = prepared;
    return emptied(payload, prepared);
  }

  /** Executes the operation; the result that graphql-ws passes is empty. Here its cancellation is known. */
  async onOperation(_ctx: Context, id: string, payload: Payload): Promise<OperationResult> {
    const running = payload[RUNNING];
    const prepared = running?.prepared;
    if (!running || !prepared) return halt();
    running.prepared = null;
    const result = await prepared.run();
    running.ran = true;
    if (running.cancelled) this.leave(running);
    if ('render' in result) running.share(result, { id, outbound: this.owner.outbound, frame: this.deps.frame });
    else if (Symbol.asyncIterator in result) running.follow(result[Symbol.asyncIterator]());
    else return running.cancelled ? halt() : result;
    return running.cancelled ? halt() : running;
  }

  onComplete(_ctx: Context, _id: string, payload: Payload): undefined | Promise<never> {
    const running = payload[RUNNING];
    if (running?.cancelled) return halt();
    if (running) this.settle(running);
    return undefined;
  }

  /** An operation ended: completed and written, or cancelled. */
  settle(running: Running): void {
    if (running.ran) this.leave(running);
    if (running.counted === 0) return;
    this.subscriptions -= 1;
    this.subscribedBytes -= running.counted;
    running.counted = 0;
  }

  private enter(running: Running, weight: number): void {
    running.weight = weight;
    this.answering += weight;
    if (this.answering >= MAX_RUNNING) this.owner.readFlow.pause('running');
  }

  private leave(running: Running): void {
    this.answering -= running.weight;
    running.weight = 0;
    if (this.answering < MAX_RUNNING) this.owner.readFlow.resume('running');
  }

  /** Why one more subscription is refused; null where it is allowed. */
  private refusalOf(bytes: number, max: number): string | null {
    if (this.subscriptions >= max) {
      return `This connection has ${max} subscriptions, as many as are allowed. Complete one.`;
    }
    if (this.subscribedBytes + bytes <= MAX_SUBSCRIBED_BYTES) return null;
    return 'The documents of the subscriptions of this connection are too large together. Complete one.';
  }
}

/**
 * What graphql-ws reads to tell the kind of operation. It keeps this and the message while the operation runs, so the
 * message is emptied: a list of many users would be kept twice.
 */
const emptied = (payload: Payload, { args: { schema, document, operationName } }: Prepared) => {
  Object.assign(payload, { query: '', variables: null, extensions: null });
  return { schema, document, operationName };
};
