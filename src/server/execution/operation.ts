import type { SubscriptionBudget } from '../../fanout/subscription.js';
import type { Caller } from '../../service/contract.js';
import type { EventStream } from '../http/eventStream.js';

/** The surroundings of one operation. */
export interface Operation {
  /** Null for a request without a token, which may introspect at most. */
  readonly caller: Caller | null;
  /** Shared by all operations of one connection. */
  readonly budget: SubscriptionBudget;
  /** Names this operation in the log, and in answers that hide their cause. */
  readonly requestId: string;
}

/** An operation over HTTP, as the server context of yoga. */
export interface HttpOperation extends Operation {
  /** The stream that the operation becomes if it is a subscription. */
  readonly stream: EventStream;
}

/** The parameters of a GraphQL request, as received. */
export interface Params {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Makes the context of the resolvers. */
export type ContextFor = (operation: Operation) => object;
