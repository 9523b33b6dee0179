/**
 * The short way for what most requests are: a small JSON POST with an operation that is not a subscription. It is run
 * without the objects of fetch between node:http and the engine. Whatever is not quite that, or did not get as far as
 * being executed, goes the ordinary way through yoga, which has the say on media types and statuses.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { createCoalescer } from '../../async/coalescer.js';
import type { Engine, Operation, Params } from '../execution/engine.js';
import { mediaType } from './mediaType.js';
import { ALWAYS } from './respond.js';

const answers = createCoalescer();

const MAX_DIRECT_BYTES = 64 * 1024;
const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';

/** The media type to answer with: of the two of GraphQL the one named first; null where something else may be meant. */
const answerType = ({ accept }: IncomingHttpHeaders): string | null => {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  const types = accept.split(',').map((type) => type.trim().split(';')[0]);
  const first = types.find(
    (type) => type === JSON_TYPE || type === GRAPHQL_TYPE || type?.includes('*') || type?.startsWith('text/'),
  );
  return first === JSON_TYPE || first === GRAPHQL_TYPE ? first : null;
};

const isJson = (type: string | undefined): boolean => type === JSON_TYPE || mediaType(type) === JSON_TYPE;

const isOptional = (value: unknown, type: 'string' | 'object'): boolean =>
  value === undefined || value === null || (typeof value === type && !Array.isArray(value));

/** The parameters in a body; null where yoga has to say what is wrong with it. */
const paramsOf = (body: Buffer): Params | null => {
  try {
    const { query, variables, operationName, extensions, ...others } = JSON.parse(body.toString()) as Record<
      string,
      unknown
    >;
    if (typeof query !== 'string' || !isOptional(operationName, 'string') || Object.keys(others).length > 0)
      return null;
    if (!isOptional(variables, 'object') || !isOptional(extensions, 'object')) return null;
    return { query, variables, operationName } as Params;
  } catch {
    return null;
  }
};

/** Answers a request if it can be answered so. False where nothing was done. */
export const answerDirectly = async (
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  operation: Operation,
): Promise<boolean> => {
  const { headers, method } = request;
  const type = answerType(headers);
  if (
    method !== 'POST' ||
    !isJson(headers['content-type']) ||
    type === null ||
    body.length > MAX_DIRECT_BYTES ||
    operation.caller === null
  )
    return false;
  const params = paramsOf(body);
  if (!params) return false;
  const prepared = engine.prepare(params, operation);
  if (!('run' in prepared) || prepared.kind === OperationTypeNode.SUBSCRIPTION) return false;
  const result = (await prepared.run()) as ExecutionResult;
  // Variables that do not fit are found out before anything is executed.
  if (!('data' in result)) return false;
  const text = JSON.stringify(result);
  const length = Buffer.byteLength(text);
  response.writeHead(200, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': length,
    ...ALWAYS,
  });
  // Answers of one turn leave one after the other: whoever reads them all, such as a proxy, is woken once.
  // One byte a character is less to encode.
  answers.schedule({ run: () => response.end(text, length === text.length ? 'latin1' : 'utf8') });
  return true;
};
