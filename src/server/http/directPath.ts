/**
 * A short cut for most requests: a small JSON POST with a query or mutation goes from node:http to the engine without the
 * objects of fetch. Any other request, and one that fails before its execution, goes through yoga, which decides about media
 * types and statuses. See record 0001 in docs/adr.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { createCoalescer } from '../../async/coalescer.js';
import type { Engine } from '../execution/engine.js';
import type { Operation, Params } from '../execution/operation.js';
import { mediaType } from './mediaType.js';
import { ALWAYS } from './respond.js';

/** How long an answer may wait for others. */
const MAX_WAIT_MS = 10;
const answers = createCoalescer({ maxWaitMs: MAX_WAIT_MS });

const MAX_DIRECT_BYTES = 64 * 1024;
const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';

/** The media type of the answer: of the two of GraphQL the one named first; null where another may be preferred. */
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

/** The parameters in a body; null where it is invalid, which yoga explains. */
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

/** Answers a request if it qualifies. Resolves to false where it did nothing. */
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
  // Without data nothing was executed: invalid variables are found before.
  if (!('data' in result)) return false;
  const text = JSON.stringify(result);
  const length = Buffer.byteLength(text);
  response.writeHead(200, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': length,
    ...ALWAYS,
  });
  // The coalescer lets answers leave in succession: a reader of many connections, such as a proxy, is woken once.
  // A text of one byte a character is cheaper to encode as latin1.
  answers.schedule({ run: () => response.end(text, length === text.length ? 'latin1' : 'utf8') });
  return true;
};
