/** The plugins that make yoga execute what comes over HTTP as the engine executes what comes over a socket. */
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError, subscribe } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { unauthenticated } from '../../graphql/context.js';
import { type ErrorCode, PresenceError } from '../../presence/errors.js';
import type { Caller } from '../../service/contract.js';
import { MAX_VARIABLE_FAULTS } from './documentLimits.js';
import type { Checked, Documents } from './documents.js';
import { codeOf, type Finishing, HTTP_STATUS } from './finishing.js';
import type { HttpOperation } from './operation.js';

type HttpPlugin = Plugin<Partial<HttpOperation>, Partial<HttpOperation>>;

/** Receives each subscription that was not started. */
export type OnRefused = (caller: Caller | null, code: ErrorCode) => void;

/** Bounds the faults that are reported of variables. */
export const COERCION = { maxCoercionErrors: MAX_VARIABLE_FAULTS };

/** Whether the document may be executed for this caller: without one it may introspect only. */
export const mayRun = (caller: Caller | null | undefined, { introspects }: Checked): boolean =>
  (caller !== null && caller !== undefined) || introspects;

const errorOf = (cause: PresenceError): GraphQLError => new GraphQLError(cause.message, { originalError: cause });

/** The request is not well-formed: 400, whatever media type the answer has. */
const malformed = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { http: { status: 400 } } });

const whyUnparsable = (error: unknown): unknown => {
  if (error instanceof SyntaxError) return malformed('`variables` and `extensions` in a URL are JSON objects.');
  // Yoga answers 200 to some of these where the answer is application/json.
  return error instanceof GraphQLError ? malformed(error.message) : error;
};

/** Refuses requests that are not well-formed, before anything is read of their document. */
export const useWellFormed = (): HttpPlugin => ({
  onRequestParse({ requestParser, setRequestParser }) {
    if (!requestParser) return;
    setRequestParser(async (request) => {
      try {
        return await requestParser(request);
      } catch (error) {
        throw whyUnparsable(error);
      }
    });
  },
  onParams({ params: { query, operationName } }) {
    if (query === undefined || query === null) throw malformed('There is no `query`: send the text of the operation.');
    if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
      throw malformed('`operationName` must be a string.');
    }
  },
});

/** The documents' rules, and {@link mayRun}. */
export const useRules = (documents: Documents): HttpPlugin => {
  const checks = new WeakMap<DocumentNode, Checked>();
  return {
    onParse({ params: { source }, setParseFn, context }) {
      const checked = documents.check(typeof source === 'string' ? source : source.body);
      const { document, faults } = checked;
      if (document) checks.set(document, checked);
      setParseFn(() => {
        if (!mayRun(context.caller, checked)) throw errorOf(unauthenticated());
        if (!document) throw faults[0];
        return document;
      });
    },
    onValidate({ params: { documentAST }, setResult }) {
      setResult([...(checks.get(documentAST)?.faults ?? [])]);
    },
  };
};

/** Execution by graphql-js, with the same bounds as over a socket. */
export const useExecution = (executeInTime: (args: ExecutionArgs) => Promise<ExecutionResult>): Plugin => ({
  onExecute: ({ setExecuteFn }) => setExecuteFn((args) => executeInTime({ ...args, options: COERCION })),
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn((args) => subscribe({ ...args, options: COERCION })),
});

/** The code of an error that is not finished yet. An error of graphql-js itself concerns the document or its variables. */
const refusalCode = (error: Error): ErrorCode => {
  if (error instanceof PresenceError) return error.code;
  return error instanceof GraphQLError ? 'BAD_USER_INPUT' : 'INTERNAL';
};

/** Reports a subscription whose start resulted in errors. */
export const reportRefusal = (
  onRefused: OnRefused,
  caller: Caller | null,
  { errors: [error] = [] }: ExecutionResult,
): void => {
  if (error) onRefused(caller, refusalCode(error.originalError ?? error));
};

/** Reports refused subscriptions. */
export const useRefusals = (onRefused: OnRefused): HttpPlugin => ({
  onSubscribe: ({ args }) => ({
    onSubscribeResult({ result }) {
      if (isAsyncIterable(result)) return;
      reportRefusal(onRefused, args.contextValue.caller ?? null, result as ExecutionResult);
    },
  }),
});

/** Subscriptions over Server-Sent Events take their place among the user's connections before they start. */
export const useEventStreams = (): HttpPlugin => ({
  onSubscribe({ args, setResultAndStopExecution }) {
    const { stream } = args.contextValue;
    if (stream === undefined) return;
    const refused = stream.claim();
    if (refused !== null) setResultAndStopExecution({ errors: [errorOf(refused)] });
  },
});

/** Sets the status of an answer without data. An answer with data is 200, whatever errors stand beside it. */
const withStatus = (error: GraphQLError): GraphQLError => {
  const status = HTTP_STATUS[codeOf(error)];
  if (error.extensions.http || status === undefined || status === 400) return error;
  Object.assign(error.extensions, { http: { status } });
  return error;
};

/** Finishes every result that goes out over HTTP, also of a request that never became an operation. */
export const useFinishing = (finishing: Finishing): HttpPlugin => ({
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
