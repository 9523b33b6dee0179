import { randomUUID } from 'node:crypto';
import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { Context, OperationResult, ServerOptions, SubscribePayload } from 'graphql-ws';
import type { Brake } from './brake.js';
import type { Connection } from './connection.js';
import type { Engine, Prepared, SharedStream } from './engine.js';
import type { Outbound } from './outbound.js';

export const MAX_SUBSCRIPTIONS = 50;
/** Queries and mutations that run at a time; the client is held back until one is done. */
const MAX_RUNNING = 100;

/** One operation of a connection, from `subscribe` until it completes or is cancelled. */
interface Running {
  cancelled: boolean;
  counted: boolean;
  prepared: Prepared | null;
  iterator: Pick<AsyncIterator<ExecutionResult>, 'next' | 'return'> | null;
}

type Hooks = Required<Pick<ServerOptions, 'onSubscribe' | 'onOperation' | 'onComplete'>>;

/** Operations of one connection. */
export interface Operations {
  readonly hooks: { readonly [K in keyof Hooks]: NonNullable<Hooks[K]> };
  /** Subscriptions that are open or being opened. */
  readonly subscriptions: number;
}

/** Never settles: whoever awaits it goes no further, and is collected with it. */
const halt = () => new Promise<never>(() => {});

/**
 * What a connection runs, for graphql-ws. That library knows operations by the id that the client gave them, and a
 * client may cancel one and use its id again while the first is still being started, answered or ended; the first
 * would then speak, complete or linger in the name of the second. So each operation is watched here by itself: a
 * cancelled one ends its iterator and goes no further.
 */
export const createOperations = ({
  engine,
  connection,
  brake,
  outbound,
  maxSubscriptions = MAX_SUBSCRIPTIONS,
}: {
  readonly engine: Engine;
  readonly connection: Pick<Connection, 'caller' | 'budget'>;
  readonly brake: Brake;
  readonly outbound: Pick<Outbound, 'push'>;
  readonly maxSubscriptions?: number;
}): Operations => {
  let subscriptions = 0;
  let answering = 0;
  /** By the payload of `subscribe`, which graphql-ws hands to every hook of that operation. */
  const byPayload = new WeakMap<SubscribePayload, Running>();

  const settle = (running: Running) => {
    if (!running.counted) return;
    running.counted = false;
    subscriptions -= 1;
  };

  /** The iterator's own end is not waited for: one that hangs or fails must not keep the connection from ending. */
  const cancel = (running: Running) => {
    if (running.cancelled) return;
    running.cancelled = true;
    settle(running);
    void running.iterator?.return?.()?.catch(() => {});
  };

  /** Runs a query or a mutation. It does not reject. */
  const answer = async (prepared: Prepared) => {
    answering += 1;
    if (answering >= MAX_RUNNING) brake.hold('running');
    const result = await prepared.run();
    answering -= 1;
    if (answering < MAX_RUNNING) brake.release('running');
    return result;
  };

  /** What graphql-ws calls when the client completes the operation, or goes. */
  const handleOn = (running: Running): AsyncIterableIterator<ExecutionResult> => ({
    async next() {
      const next = (await running.iterator?.next()) ?? { done: true, value: undefined };
      return running.cancelled ? halt() : next;
    },
    async return() {
      cancel(running);
      return { done: true, value: undefined };
    },
    async throw(error) {
      cancel(running);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  });

  /**
   * Sends what a shared stream tells as it comes, beside graphql-ws, which is handed an iterator that never yields:
   * it stays in charge of the operation's start and end.
   */
  const flow = ({ stream, render }: SharedStream, id: string): NonNullable<Running['iterator']> => {
    const head = `{"id":${Buffer.from(JSON.stringify(id), 'utf8').toString('latin1')},"type":"next","payload":`;
    let resume = () => {};
    resume = stream.flow((told) => outbound.push(`${head}${render(told)}}`, () => resume()));
    return { next: halt, return: () => stream.return() as Promise<IteratorResult<ExecutionResult>> };
  };

  const tooMany = (requestId: string): GraphQLError =>
    engine.finishing.error(
      new GraphQLError(`This connection has ${maxSubscriptions} subscriptions, as many as are allowed. Complete one.`),
      requestId,
    );

  return {
    get subscriptions() {
      return subscriptions;
    },
    hooks: {
      onSubscribe({ subscriptions: byId }: Context, id, payload) {
        const running: Running = { cancelled: false, counted: false, prepared: null, iterator: null };
        byPayload.set(payload, running);
        // From this moment on, so that a cancellation is heard however early it comes.
        byId[id] = handleOn(running);
        const requestId = randomUUID();
        const prepared = engine.prepare(payload, { caller: connection.caller, budget: connection.budget, requestId });
        if (!('run' in prepared)) return prepared;
        if (prepared.kind === OperationTypeNode.SUBSCRIPTION) {
          if (subscriptions >= maxSubscriptions) {
            engine.subscriptionRefused(connection.caller, 'BAD_USER_INPUT');
            return [tooMany(requestId)];
          }
          running.counted = true;
          subscriptions += 1;
        }
        running.prepared = prepared;
        return prepared.args;
      },

      /** The result that graphql-ws passes is void: the operation is run here, where its cancellation is known. */
      async onOperation(_ctx, id, payload): Promise<OperationResult> {
        const running = byPayload.get(payload);
        if (!running?.prepared) return halt();
        const result = await (running.counted ? running.prepared.run() : answer(running.prepared));
        if ('render' in result) {
          if (running.cancelled) void result.stream.return();
          else running.iterator = flow(result, id);
          return running.cancelled ? halt() : handleOn(running);
        }
        if (!(Symbol.asyncIterator in result)) return running.cancelled ? halt() : result;
        running.iterator = result[Symbol.asyncIterator]();
        if (!running.cancelled) return handleOn(running);
        void running.iterator.return?.()?.catch(() => {});
        return halt();
      },

      onComplete(_ctx, _id, payload) {
        const running = byPayload.get(payload);
        if (running?.cancelled) return halt();
        if (running) settle(running);
        return undefined;
      },
    },
  };
};
