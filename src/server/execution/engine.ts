import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { createYoga, isAsyncIterable } from 'graphql-yoga';
import type { Introspection } from '../../config/config.js';
import type { SharedStream } from '../../fanout/subscription.js';
import { unauthenticated } from '../../graphql/context.js';
import type { ErrorLog } from '../../graphql/maskedErrors.js';
import type { Directory } from '../../presence/ports/directory.js';
import { createDocuments } from './documents.js';
import { createExecutionTimeout } from './executionTimeout.js';
import { createFinishing } from './finishing.js';
import { createNames, type Names } from './names.js';
import type { ContextFor, HttpOperation, Operation, Params } from './operation.js';
import { createRendering, type Renderer } from './rendering.js';
import { newRequestId } from './requestIds.js';
import {
  COERCION,
  mayRun,
  type OnRefused,
  reportRefusal,
  useEventStreams,
  useExecution,
  useFinishing,
  useRefusals,
  useRules,
  useWellFormed,
} from './yogaPlugins.js';

/** An operation whose document is valid and within the limits. */
export interface Prepared {
  readonly kind: OperationTypeNode;
  /** The most that its document takes in memory. */
  readonly bytes: number;
  /** Whether its answer may list every user. */
  readonly lists: boolean;
  /** For graphql-ws, which reads the kind of operation from it. */
  readonly args: ExecutionArgs;
  /** Executes it. Never rejects: an exception becomes a finished error of the result. */
  run(): Promise<AsyncIterable<ExecutionResult> | SharedResults | ExecutionResult>;
}

/** A subscription whose events are executed once for all viewers with the same projection. */
export interface SharedResults {
  readonly stream: SharedStream;
  readonly render: Renderer;
  /** Null where it sends no names: else those of each delivery must be known before. */
  readonly names: Names | null;
}

/**
 * Parsing, validation, limits, execution and the finishing of errors, the same for every transport: HTTP goes through
 * `yoga` or, the most common requests, through `prepare` as sockets do. `suggestions` is whether errors may say "Did you
 * mean".
 */
export const createEngine = ({
  schema,
  contextFor,
  people,
  log,
  introspection,
  suggestions,
  storeAnswers = () => true,
  onDelivery = () => {},
  onSubscriptionRefused = () => {},
}: {
  readonly schema: GraphQLSchema;
  readonly contextFor: ContextFor;
  /** Names and pictures for deliveries that many share. */
  readonly people: Pick<Directory, 'profiles' | 'knownProfile'>;
  readonly log: ErrorLog;
  readonly introspection: Introspection;
  readonly suggestions: boolean;
  /** Whether the live store answered lately: while it does not, executions are bounded in time. */
  readonly storeAnswers?: () => boolean;
  /** A result of a subscription is on its way out. */
  readonly onDelivery?: () => void;
  readonly onSubscriptionRefused?: OnRefused;
}) => {
  const finishing = createFinishing({ log, suggestions, onDelivery });
  const names = createNames(people);
  const rendering = createRendering({
    schema,
    names,
    finish: (result) => finishing.result(result, newRequestId()),
    onDelivery,
  });

  const punctual = createExecutionTimeout({ storeAnswers });
  const executeInTime = (args: ExecutionArgs) => punctual(Promise.resolve(execute(args)));

  const documents = createDocuments({ schema, introspection });
  let mutations = 0;
  /** Counts it among the mutations under way until it is over. */
  const mutating = async <T>(run: () => Promise<T>): Promise<T> => {
    mutations += 1;
    try {
      return await run();
    } finally {
      mutations -= 1;
    }
  };

  /** Opens a subscription that shares its executions with others; null where each viewer needs its own. */
  const openShared = async (args: ExecutionArgs) => {
    if (!rendering.isShared(args)) return null;
    const source = await createSourceEventStream(args);
    // Without a renderer for one that is refused: renderers are cached.
    if (!isAsyncIterable(source)) return source;
    const stream = source as AsyncIterable<unknown> as SharedStream;
    return { stream, render: rendering.rendererFor(args), names: rendering.isNamed(args) ? names : null };
  };

  const open = async (args: ExecutionArgs, { caller, requestId }: Operation) => {
    const opened = (await openShared(args)) ?? (await subscribe(args));
    if ('render' in opened) return opened;
    if (isAsyncIterable(opened)) return finishing.stream(opened, requestId);
    reportRefusal(onSubscriptionRefused, caller, opened);
    return finishing.result(opened, requestId);
  };

  const yoga = createYoga<HttpOperation>({
    schema,
    context: ({ caller, budget, requestId }) => contextFor({ caller, budget, requestId }),
    plugins: [
      useWellFormed(),
      useRules(documents),
      useExecution(executeInTime),
      useRefusals(onSubscriptionRefused),
      useEventStreams(),
      useFinishing(finishing),
    ],
    // documents.ts caches documents together with their faults.
    parserAndValidationCache: false,
    // Errors are finished by a plugin, which knows the request; the rest is done in src/server/http.
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
    /** Mutations under way, other than through yoga. */
    get mutations() {
      return mutations;
    },
    mutating,
    /** Reports a subscription that was refused before `prepare` or `run`. */
    subscriptionRefused: onSubscriptionRefused,

    /**
     * Parses, validates and limits a request that does not go through yoga. Never throws: returns finished errors where the
     * request may not be executed.
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
