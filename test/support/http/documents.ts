/** The documents of the social layer, run and watched with their types. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { type Api, Refusal } from './api.js';
import type { Socket } from './socket.js';

/** Runs a query or mutation of `schema/operations`; the variables may be of any kind, for tests also send what is refused. */
export const ask = async <Data extends object, Of extends object>(
  who: Pick<Api, 'execute'>,
  document: TypedDocumentNode<Data, Of>,
  variables: { readonly [Name in keyof Of]?: unknown },
): Promise<Data[keyof Data]> => {
  const data = await who.execute<Data>(print(document), variables);
  return Object.values(data)[0] as Data[keyof Data];
};

/** A running subscription, without the envelope of its events. */
export interface Watch<T> {
  next(): Promise<T>;
  /** The next that is as wanted; those before it are dropped. */
  nextWhere(wanted: (event: T) => boolean): Promise<T>;
  /** Everything that ever came. */
  readonly transcript: readonly T[];
  stop(): void;
}

/** Opens a subscription of `schema/operations`. */
export const watch = <Data extends object, Of extends object>(
  socket: Socket,
  document: TypedDocumentNode<Data, Of>,
  variables: { readonly [Name in keyof Of]?: unknown },
): Watch<Data[keyof Data]> => {
  const events = socket.subscribe<Data>(print(document), variables);
  const inside = (data: Data) => Object.values(data)[0] as Data[keyof Data];
  return {
    next: async () => inside(await events.next()),
    nextWhere: async (wanted) => inside(await events.nextWhere((data) => wanted(inside(data)))),
    get transcript() {
      return events.transcript.map(inside);
    },
    stop: events.stop,
  };
};

/** The code of a refusal; undefined of an answer. */
export const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};
