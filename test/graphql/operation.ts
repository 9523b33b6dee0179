/** Executes documents against the schema, over services that return what a test gives them and record their calls. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type ExecutionResult, execute, type GraphQLError, parse, print, subscribe, validate } from 'graphql';
import type { Hub } from '../../src/fanout/hub.js';
import type { SocialHub } from '../../src/fanout/socialHub.js';
import type { SubscriptionBudget } from '../../src/fanout/subscription.js';
import { type Context, createContext, type Services } from '../../src/graphql/context.js';
import { maskError } from '../../src/graphql/maskedErrors.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Directory } from '../../src/presence/ports/directory.js';
import type { PresenceView } from '../../src/presence/view.js';
import type { Caller, Presence } from '../../src/service/contract.js';
import type { RelationLists } from '../../src/service/relationLists.js';
import type { Relations } from '../../src/service/relationService.js';
import type { Social } from '../../src/service/socialContract.js';

export const schema = createSchema();

export const NOW = Date.UTC(2026, 0, 31, 12);
export const NOW_TEXT = '2026-01-31T12:00:00.000Z';

export const ana: Caller = { viewer: { kind: 'user', userId: 'ana' }, connectionId: 'node/7' };
export const host: Caller = { viewer: { kind: 'service', userId: 'host' }, connectionId: null };

export const view = (fields: Partial<PresenceView> = {}): PresenceView => ({
  userId: 'bo',
  status: 'ONLINE',
  statusMessage: null,
  activities: [],
  devices: [],
  lastSeen: null,
  asOf: NOW,
  ...fields,
});

/** Methods of the services; one that is not given rejects as a bug of the server would. */
export interface Answers {
  readonly presence?: Partial<Presence>;
  readonly relations?: Partial<Relations & RelationLists>;
  readonly social?: Partial<Social>;
  readonly hub?: Partial<Hub & SocialHub>;
  readonly people?: Partial<Pick<Directory, 'profiles'>>;
}

export interface Call {
  readonly verb: string;
  readonly args: readonly unknown[];
}

const recording = <T extends object>(verbs: Partial<T> | undefined, calls: Call[]): T =>
  new Proxy({} as T, {
    get:
      (_, verb: string) =>
      async (...args: unknown[]) => {
        calls.push({ verb, args });
        const answer = (verbs as Readonly<Record<string, unknown>> | undefined)?.[verb];
        if (typeof answer !== 'function') throw new Error(`${verb} was not expected`);
        return answer(...args);
      },
  });

export const setUp = (
  answers: Answers = {},
  {
    caller = ana,
    budget = { watched: 0, conversations: 0, objects: 0 },
  }: { caller?: Caller | null; budget?: SubscriptionBudget } = {},
) => {
  const calls: Call[] = [];
  const logged: Readonly<Record<string, unknown>>[] = [];
  const services: Services = {
    presence: recording<Presence>(answers.presence, calls),
    relations: recording<Relations & RelationLists>(answers.relations, calls),
    social: recording<Social>(answers.social, calls),
    hub: recording<Hub & SocialHub>(answers.hub, calls),
    people: recording<Pick<Directory, 'profiles'>>(answers.people, calls),
  };
  const context: Context = createContext(services, { caller, budget });
  const mask = (error: unknown): GraphQLError =>
    maskError(error, { requestId: 'r1', log: { error: (fields) => logged.push(fields) } });
  const masked = <T>({ data, errors }: ExecutionResult<T>) => ({ data, errors: errors?.map(mask) });

  return {
    calls,
    logged,
    context,
    /** Parses, validates, coerces and executes, as a server does. */
    async run<T, V extends Record<string, unknown>>(document: TypedDocumentNode<T, V> | string, variables?: V) {
      const parsed = parse(typeof document === 'string' ? document : print(document));
      const invalid = validate(schema, parsed);
      if (invalid.length > 0) return { data: undefined, errors: invalid.map(mask) };
      const result = await execute({
        schema,
        document: parsed,
        contextValue: context,
        variableValues: { ...variables },
      });
      return masked(result as ExecutionResult<T>);
    },
    /** The events of a subscription, or the answer that refuses it. */
    async subscribe<T, V extends Record<string, unknown>>(document: TypedDocumentNode<T, V>, variables: V) {
      const result = await subscribe({ schema, document, contextValue: context, variableValues: { ...variables } });
      if (!(Symbol.asyncIterator in result)) return { events: undefined, ...masked(result as ExecutionResult<T>) };
      return { events: result as AsyncGenerator<ExecutionResult<T>, void, void>, data: undefined, errors: undefined };
    },
  };
};

/** The code and message of the first error. */
export const refusalOf = ({ errors }: { readonly errors?: readonly GraphQLError[] | undefined }): string =>
  errors?.[0] ? `${errors[0].extensions.code}: ${errors[0].message}` : 'no error';
