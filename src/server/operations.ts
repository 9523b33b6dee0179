import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Context, OperationResult, ServerOptions, SubscribePayload } from 'graphql-ws';
import type { WatchBudget } from '../fanout/watch.js';
import type { Caller } from '../presence/verbs.js';
import type { Brake } from './brake.js';
import type { Engine, Prepared } from './engine.js';
import type { Framer } from './frames.js';
import type { Outbound } from './outbound.js';
import { newRequestId } from './requestIds.js';
import { halt, Running } from './running.js';

export const MAX_SUBSCRIPTIONS = 50;
/** Queries and mutations that run at a time; the client is held back until one is done. */
const MAX_RUNNING = 100;

type Hooks = { readonly [K in 'onSubscribe' | 'onOperation' | 'onComplete']: NonNullable<ServerOptions[K]> };

/** The connection that operations belong to. */
export interface OperationsOwner {
  readonly caller: Caller | null;
  readonly budget: WatchBudget;
  readonly brake: Pick<Brake, 'hold' | 'release'>;
  readonly outbound: Pick<Outbound, 'push'>;
}

/** What graphql-ws hands to every hook of one operation. */
type Payload = SubscribePayload & { [RUNNING]?: Running };
const RUNNING = Symbol('running');

/** What all connections share. */
export interface OperationsDeps {
  readonly engine: Engine;
  readonly frame: Framer;
  readonly maxSubscriptions?: number;
}

/**
 * What a connection runs, for graphql-ws. That library knows operations by the id that the client gave them, and a
 * client may cancel one and use its id again while the first is still being started, answered or ended; the first
 * would then speak, complete or linger in the name of the second. So each operation is watched here by itself: a
 * cancelled one ends its iterator and goes no further. There is one a connection: a class, for its size.
 */
export class Operations implements Hooks {
  /** Subscriptions that are open or being opened. */
  subscriptions = 0;
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
    // From this moment on, so that a cancellation is heard however early it comes.
    byId[id] = running;
    const requestId = newRequestId();
    const prepared = engine.prepare(payload, { caller, budget, requestId });
    if (!('run' in prepared)) return prepared;
    if (prepared.kind === OperationTypeNode.SUBSCRIPTION) {
      if (this.subscriptions >= maxSubscriptions) {
        engine.subscriptionRefused(caller, 'BAD_USER_INPUT');
        return [this.tooMany(maxSubscriptions, requestId)];
      }
      running.counted = true;
      this.subscriptions += 1;
    }
    running.prepared = prepared;
    return forgetful(payload, prepared);
  }

  /** The result that graphql-ws passes is void: the operation is run here, where its cancellation is known. */
  async onOperation(_ctx: Context, id: string, payload: Payload): Promise<OperationResult> {
    const running = payload[RUNNING];
    const prepared = running?.prepared;
    if (!running || !prepared) return halt();
    running.prepared = null;
    const result = await (running.counted ? prepared.run() : this.answer(prepared));
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

  /** A subscription is over. */
  settle(running: Running): void {
    if (!running.counted) return;
    running.counted = false;
    this.subscriptions -= 1;
  }

  /** Runs a query or a mutation. It does not reject. */
  private async answer(prepared: Prepared): ReturnType<Prepared['run']> {
    const { brake } = this.owner;
    this.answering += 1;
    if (this.answering >= MAX_RUNNING) brake.hold('running');
    const result = await prepared.run();
    this.answering -= 1;
    if (this.answering < MAX_RUNNING) brake.release('running');
    return result;
  }

  private tooMany(max: number, requestId: string): GraphQLError {
    return this.deps.engine.finishing.error(
      new GraphQLError(`This connection has ${max} subscriptions, as many as are allowed. Complete one.`),
      requestId,
    );
  }
}

/**
 * What graphql-ws looks at to tell the kind of operation. It keeps that and the message for as long as the operation
 * goes on, and needs nothing else of them: a subscription to many users would be kept twice.
 */
const forgetful = (payload: Payload, { args: { schema, document, operationName } }: Prepared) => {
  Object.assign(payload, { query: '', variables: null });
  return { schema, document, operationName };
};
