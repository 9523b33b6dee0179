import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  GraphQLError,
  getOperationAST,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { createYoga, isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Introspection } from '../../config/config.js';
import type { PresenceStream, SubscriptionBudget } from '../../fanout/subscription.js';
import { unauthenticated } from '../../graphql/context.js';
import type { ErrorLog } from '../../graphql/maskedErrors.js';
import { type ErrorCode, PresenceError } from '../../presence/errors.js';
import type { Caller } from '../../service/contract.js';
import type { EventStream } from '../http/eventStream.js';
import { MAX_VARIABLE_FAULTS } from './documentLimits.js';
import { type Checked, createDocuments, type Documents } from './documents.js';
import { createExecutionTimeout } from './executionTimeout.js';
import { codeOf, createFinishing, HTTP_STATUS } from './finishing.js';
import { createRendering, type Renderer } from './rendering.js';
import { newRequestId } from './requestIds.js';

/** One operation's surroundings. */
export interface Operation {
  /** Null where nobody is signed in, who may introspect at most. */
  readonly caller: Caller | null;
  /** Shared by all operations of one connection. */
  readonly budget: SubscriptionBudget;
  /** Names this operation in the log and in answers that hide their cause. */
  readonly requestId: string;
}

/** What the resolvers are given. */
export type ContextFor = (operation: Operation) => object;

/** The parameters of a GraphQL request, as they came in. */
export interface Params {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** A document that may be run. */
export interface Prepared {
  readonly kind: OperationTypeNode;
  /** What its document takes while it is kept, at the most. */
  readonly bytes: number;
  /** Whether its answer may be as long as there are users: it lists them. */
  readonly lists: boolean;
  /** What graphql-ws looks at to tell the kind of operation. */
  readonly args: ExecutionArgs;
  /** Runs it. Does not reject: whatever is thrown becomes an error of the result, finished. */
  run(): Promise<AsyncIterable<ExecutionResult> | SharedStream | ExecutionResult>;
}

/** A subscription whose events are executed once for all who see the same. */
export interface SharedStream {
  readonly stream: PresenceStream;
  readonly render: Renderer;
}

/** What yoga hands through from the request to the hooks below. */
export interface HttpOperation extends Operation {
  /** The open end of a subscription over Server-Sent Events. */
  readonly stream: EventStream;
}

/** A refusal before anything ran. */
const refusal = (error: PresenceError): GraphQLError => new GraphQLError(error.message, { originalError: error });

/** Whether somebody who is not signed in may run it too. */
const mayRun = (caller: Caller | null | undefined, { introspects }: Checked): boolean =>
  (caller !== null && caller !== undefined) || introspects;

/** The rules of documents, and "signed in or introspecting", for what goes through yoga. */
const useRules = (documents: Documents): Plugin<Partial<HttpOperation>, Partial<HttpOperation>> => {
  const checks = new WeakMap<DocumentNode, Checked>();
  return {
    onParse({ params: { source }, setParseFn, context }) {
      const checked = documents.check(typeof source === 'string' ? source : source.body);
      const { document, faults } = checked;
      if (document) checks.set(document, checked);
      setParseFn(() => {
        if (!mayRun(context.caller, checked)) throw refusal(unauthenticated());
        if (!document) throw faults[0];
        return document;
      });
    },
    onValidate({ params: { documentAST }, setResult }) {
      setResult([...(checks.get(documentAST)?.faults ?? [])]);
    },
  };
};

/** Of an error that is not finished yet. What graphql-js says of itself is about the document or its variables. */
const refusalCode = (error: Error): ErrorCode => {
  if (error instanceof PresenceError) return error.code;
  return error instanceof GraphQLError ? 'BAD_USER_INPUT' : 'INTERNAL';
};

type OnRefused = (caller: Caller | null, code: ErrorCode) => void;

const tellRefusal = (onRefused: OnRefused, caller: Caller | null, { errors: [error] = [] }: ExecutionResult): void => {
  if (error) onRefused(caller, refusalCode(error.originalError ?? error));
};

/** How much is told of variables that do not fit. */
const COERCION = { maxCoercionErrors: MAX_VARIABLE_FAULTS };

/** What came over HTTP is executed by the same library, with the same bounds, as what came over a socket. */
const useExecution = (executeInTime: (args: ExecutionArgs) => Promise<ExecutionResult>): Plugin => ({
  onExecute: ({ setExecuteFn }) => setExecuteFn((args) => executeInTime({ ...args, options: COERCION })),
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn((args) => subscribe({ ...args, options: COERCION })),
});

/** Tells of subscriptions that were not started. */
const useRefusals = (onRefused: OnRefused): Plugin<Partial<HttpOperation>, Partial<HttpOperation>> => ({
  onSubscribe: ({ args }) => ({
    onSubscribeResult({ result }) {
      if (!isAsyncIterable(result)) tellRefusal(onRefused, args.contextValue.caller ?? null, result as ExecutionResult);
    },
  }),
});

/** Subscriptions over Server-Sent Events: counted before they start, and ended from outside. */
const useEventStreams = (): Plugin<Partial<HttpOperation>, Partial<HttpOperation>> => ({
  onSubscribe({ args, setResultAndStopExecution }) {
    const { stream } = args.contextValue;
    if (stream === undefined) return;
    const refused = stream.claim();
    if (refused !== null) setResultAndStopExecution({ errors: [refusal(refused)] });
  },
});

/**
 * Parsing, validation, limits, execution and the finishing of errors, the same for every transport: HTTP goes
 * through `yoga`, sockets through `prepare`. `suggestions` is whether errors may say "Did you mean".
 */
export const createEngine = ({
  schema,
  contextFor,
  log,
  introspection,
  suggestions,
  storeAnswers = () => true,
  onDelivery = () => {},
  onSubscriptionRefused = () => {},
}: {
  readonly schema: GraphQLSchema;
  readonly contextFor: ContextFor;
  readonly log: ErrorLog;
  readonly introspection: Introspection;
  readonly suggestions: boolean;
  /** Whether the live store answered lately: while it does not, nothing takes long. */
  readonly storeAnswers?: () => boolean;
  /** A result of a subscription is on its way out. */
  readonly onDelivery?: () => void;
  readonly onSubscriptionRefused?: OnRefused;
}) => {
  const finishing = createFinishing({ log, suggestions, onDelivery });
  const rendering = createRendering({
    schema,
    finish: (result) => finishing.result(result, newRequestId()),
    onDelivery,
  });

  const punctual = createExecutionTimeout({ storeAnswers });
  const executeInTime = (args: ExecutionArgs) => punctual(Promise.resolve(execute(args)));

  const documents = createDocuments({ schema, introspection });
  let mutations = 0;

  /** Opens a subscription of which many share the executions; null where this one's are its own. */
  const openShared = async (args: ExecutionArgs) => {
    if (!rendering.isShared(args)) return null;
    const source = await createSourceEventStream(args);
    // Nothing is remembered of one that is refused.
    return isAsyncIterable(source) ? { stream: source as PresenceStream, render: rendering.rendererFor(args) } : source;
  };

  const open = async (args: ExecutionArgs, { caller, requestId }: Operation) => {
    const opened = (await openShared(args)) ?? (await subscribe(args));
    if ('render' in opened) return opened;
    if (isAsyncIterable(opened)) return finishing.stream(opened, requestId);
    tellRefusal(onSubscriptionRefused, caller, opened);
    return finishing.result(opened, requestId);
  };

  /** Finishes whatever goes out over HTTP, also what never became an operation. */
  const useFinishing = (): Plugin<Partial<HttpOperation>, Partial<HttpOperation>> => ({
    onResultProcess({ result, setResult, serverContext }) {
      const { requestId = 'unknown', stream } = serverContext;
      if (Array.isArray(result)) return;
      if (isAsyncIterable(result)) {
        const finished = finishing.stream(result as AsyncIterable<ExecutionResult>, requestId);
        setResult(stream ? stream.attach(finished) : finished);
        return;
      }
      const finished = finishing.result(result as ExecutionResult, requestId);
      if ('data' in finished || !finished.errors) setResult(finished);
      else setResult({ ...finished, errors: finished.errors.map(withStatus) });
    },
  });

  const yoga = createYoga<HttpOperation>({
    schema,
    context: ({ caller, budget, requestId }) => contextFor({ caller, budget, requestId }),
    plugins: [
      useRules(documents),
      useExecution(executeInTime),
      useRefusals(onSubscriptionRefused),
      useEventStreams(),
      useFinishing(),
    ],
    // Documents are kept checked as a whole, see documents.ts.
    parserAndValidationCache: false,
    // Errors are finished above, where the request is known; and everything else has one place of its own.
    maskedErrors: false,
    logging: false,
    landingPage: false,
    graphiql: false,
    cors: false,
    batching: false,
    multipart: false,
  });

  return {
    yoga,
    finishing,
    rendering,
    /** How many mutations that did not come through yoga are under way. */
    get mutations() {
      return mutations;
    },
    /** A subscription was refused before it came here. */
    subscriptionRefused: onSubscriptionRefused,

    /**
     * Parses, validates and limits a request that came over a socket. Never throws: returns the errors, finished,
     * where it may not run.
     */
    prepare(params: Params, operation: Operation): Prepared | readonly GraphQLError[] {
      const { requestId } = operation;
      const refuse = (errors: readonly unknown[]) => errors.map((error) => finishing.error(error, requestId));
      try {
        const checked = documents.check(params.query);
        if (!mayRun(operation.caller, checked)) return refuse([unauthenticated()]);
        const { document, faults } = checked;
        if (!document || faults.length > 0) return refuse(faults);
        const definition = getOperationAST(document, params.operationName);
        if (!definition) {
          return refuse([new GraphQLError('Name the operation to run: `operationName` matches none, or is missing.')]);
        }
        const args: ExecutionArgs = {
          schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables ?? {},
          options: COERCION,
        };
        return {
          kind: definition.operation,
          bytes: checked.bytes,
          lists: checked.lists,
          args,
          async run() {
            const isMutation = definition.operation === OperationTypeNode.MUTATION;
            if (isMutation) mutations += 1;
            try {
              const withContext = { ...args, contextValue: contextFor(operation) };
              if (definition.operation === OperationTypeNode.SUBSCRIPTION) return await open(withContext, operation);
              return finishing.result(await executeInTime(withContext), requestId);
            } catch (error) {
              return { errors: refuse([error]) };
            } finally {
              if (isMutation) mutations -= 1;
            }
          },
        };
      } catch (error) {
        return refuse([error]);
      }
    },
  };
};

export type Engine = ReturnType<typeof createEngine>;

/** The status of an answer without data; where there is data the answer is 200, whatever errors stand beside it. */
const withStatus = (error: GraphQLError): GraphQLError => {
  const status = HTTP_STATUS[codeOf(error)];
  if (error.extensions.http || status === undefined || status === 400) return error;
  Object.assign(error.extensions, { http: { status } });
  return error;
};
