/**
 * A double of Stream's user API, from its public documentation: a batch changes all users or none, an upsert replaces, an unknown or
 * deactivated user is 404 with code 16, windows of the rate limit with their headers, bounds on users and bytes.
 * https://getstream.io/chat/docs/node/update_users/, /api_errors_response/, /rate_limits/
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const STREAM_KEY = 'stream-key';
export const STREAM_SECRET = 'stream-secret';

const MAX_USERS = 100;
const MAX_BODY_BYTES = 262_144;
const ALLOWED_ID = /^[\w@-]+$/;
/** What only Stream itself sets. */
const RESERVED = ['id', 'online', 'last_active', 'created_at', 'updated_at', 'deleted_at', 'deactivated_at'];

export type StreamUser = Record<string, unknown>;

export interface StreamUpdate {
  readonly id?: unknown;
  readonly set?: StreamUser;
  readonly unset?: readonly string[];
}

/** One request as it was answered. `status` 0: a fault took it. */
export interface StreamRequest {
  readonly method: string;
  readonly status: number;
  /** The users that it was about. */
  readonly ids: readonly string[];
  /** The updates of a PATCH. */
  readonly updates: readonly StreamUpdate[];
}

/** Answers a request in place of the API, or leaves it open. */
export type StreamFault = (request: IncomingMessage, response: ServerResponse) => void;

export interface FakeStream {
  readonly url: string;
  /** The settings of a server whose Stream this is. */
  readonly env: { readonly STREAM_KEY: string; readonly STREAM_SECRET: string; readonly STREAM_URL: string };
  /** The user objects by id. */
  readonly users: Map<string, StreamUser>;
  readonly deactivated: Set<string>;
  readonly deleted: Set<string>;
  readonly requests: readonly StreamRequest[];
  /** Resolves as soon as that holds of it; looked at after each request. */
  until(holds: (stream: FakeStream) => boolean): Promise<void>;
  /** The next `times` requests get this instead. */
  failing(fault: StreamFault, times?: number): void;
  /** At most so many requests a window. */
  limit(requests: number, windowMs: number): void;
  stop(): Promise<void>;
}

class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** An answer with a status, and an error of Stream's form where `code` is given. */
export const answering =
  (status: number, { code, headers = {} }: { code?: number; headers?: Record<string, string> } = {}): StreamFault =>
  (_, response) => {
    const body = code === undefined ? 'out of order' : JSON.stringify({ code, message: 'a fault', StatusCode: status });
    response.writeHead(status, headers).end(body);
  };
/** Takes the request and never answers. */
export const hanging: StreamFault = () => {};

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) throw new ApiError(413, 22, 'payload too big');
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new ApiError(400, 4, 'the body is no JSON');
  }
};

/** Refuses all but a server token (JWT, HS256) of the secret. */
const checkToken = (request: IncomingMessage): void => {
  const { searchParams } = new URL(request.url ?? '', 'http://stream');
  if (searchParams.get('api_key') !== STREAM_KEY) throw new ApiError(401, 2, 'api_key is not valid');
  if (request.headers['stream-auth-type'] !== 'jwt') throw new ApiError(401, 5, 'stream-auth-type is missing');
  const [header = '', payload = '', signature = ''] = (request.headers.authorization ?? '').split('.');
  const wanted = createHmac('sha256', STREAM_SECRET).update(`${header}.${payload}`).digest('base64url');
  if (signature !== wanted) throw new ApiError(401, 43, 'token signature is invalid');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  if (read(header).alg !== 'HS256') throw new ApiError(401, 5, 'token algorithm is not supported');
  if (read(payload).server !== true) throw new ApiError(403, 17, 'users may not do this');
};

const checkIds = (ids: readonly unknown[]): readonly string[] => {
  if (ids.length === 0 || ids.length > MAX_USERS) throw new ApiError(400, 4, `users must have 1 to ${MAX_USERS} items`);
  for (const id of ids) {
    const isAllowed = typeof id === 'string' && ALLOWED_ID.test(id) && id.length <= 255;
    if (!isAllowed) throw new ApiError(400, 4, `"${id}" is not a valid user id. a-z, 0-9, @, _ and - are allowed`);
  }
  return ids as readonly string[];
};

const checkFields = (fields: readonly string[]): void => {
  const reserved = fields.find((field) => RESERVED.includes(field));
  if (reserved) throw new ApiError(400, 4, `${reserved} is a reserved field`);
};

export const startFakeStream = async (): Promise<FakeStream> => {
  const users = new Map<string, StreamUser>();
  const deactivated = new Set<string>();
  const deleted = new Set<string>();
  const requests: StreamRequest[] = [];
  const waiting = new Set<() => void>();
  const faults: StreamFault[] = [];
  let rate: { requests: number; windowMs: number } | null = null;
  let window = { until: 0, used: 0 };

  const checkThere = (ids: readonly string[]): void => {
    const gone = ids.find((id) => deleted.has(id));
    if (gone !== undefined) throw new ApiError(400, 4, `the user ${gone} was deleted`);
    const off = ids.find((id) => deactivated.has(id));
    if (off !== undefined) throw new ApiError(404, 16, `the user ${off} was deactivated`);
  };

  const upsert = (given: unknown): readonly string[] => {
    if (typeof given !== 'object' || given === null) throw new ApiError(400, 4, 'users is a required field');
    const objects = Object.entries(given as Record<string, StreamUser>);
    const ids = checkIds(objects.map(([, user]) => user.id));
    checkThere(ids);
    for (const [key, { id, ...fields }] of objects) {
      if (key !== id) throw new ApiError(400, 4, 'users must be keyed by id');
      checkFields(Object.keys(fields));
    }
    // It replaces, whatever was there.
    for (const [id, user] of objects) users.set(id, { ...user });
    return ids;
  };

  const updatePartially = (given: unknown): readonly string[] => {
    if (!Array.isArray(given)) throw new ApiError(400, 4, 'users is a required field');
    const updates = given as readonly StreamUpdate[];
    const ids = checkIds(updates.map(({ id }) => id));
    if (new Set(ids).size !== ids.length) throw new ApiError(400, 4, 'duplicate users');
    for (const { set = {}, unset = [] } of updates) {
      checkFields([...Object.keys(set), ...unset]);
      if (unset.some((field) => field in set)) throw new ApiError(400, 4, 'a field is in set and in unset');
    }
    checkThere(ids);
    if (ids.some((id) => !users.has(id))) throw new ApiError(404, 16, 'a user does not exist');
    for (const { id, set = {}, unset = [] } of updates) {
      const user = { ...users.get(id as string), ...set };
      for (const field of unset) delete user[field];
      users.set(id as string, user);
    }
    return ids;
  };

  /** Counts the request, and sets the headers that say so. */
  const countRequest = (response: ServerResponse): void => {
    if (!rate) return;
    const now = Date.now();
    if (now >= window.until) window = { until: now + rate.windowMs, used: 0 };
    window.used += 1;
    response.setHeader('x-ratelimit-limit', rate.requests);
    response.setHeader('x-ratelimit-remaining', Math.max(0, rate.requests - window.used));
    response.setHeader('x-ratelimit-reset', Math.ceil(window.until / 1_000));
    if (window.used > rate.requests) throw new ApiError(429, 9, 'too many requests');
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<StreamRequest> => {
    const method = request.method ?? '';
    const reply = (status: number, body: Record<string, unknown>, ids: readonly string[]): StreamRequest => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ duration: '0.00ms', ...body }));
      return { method, status, ids, updates: method === 'PATCH' ? updates : [] };
    };
    let updates: readonly StreamUpdate[] = [];
    let ids: readonly string[] = [];
    try {
      const { users: given } = await bodyOf(request);
      countRequest(response);
      checkToken(request);
      if (!request.url?.startsWith('/api/v2/users?')) throw new ApiError(404, -1, 'no such path');
      if (Array.isArray(given)) updates = given;
      ids = Array.isArray(given) ? updates.map(({ id }) => id as string) : Object.keys((given as object) ?? {});
      if (method === 'PATCH') updatePartially(given);
      else if (method === 'POST') upsert(given);
      else throw new ApiError(405, 4, 'method not allowed');
      return reply(201, { users: Object.fromEntries(ids.map((id) => [id, users.get(id)])) }, ids);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, code, message } = error;
      return reply(status, { code, message: `Users failed with error: "${message}"`, StatusCode: status }, ids);
    }
  };

  const server = createServer((request, response) => {
    const fault = faults.shift();
    if (fault) {
      request.resume();
      fault(request, response);
      requests.push({ method: request.method ?? '', status: 0, ids: [], updates: [] });
      for (const look of waiting) look();
      return;
    }
    answer(request, response).then(
      (answered) => {
        requests.push(answered);
        for (const look of waiting) look();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const stream: FakeStream = {
    url,
    env: { STREAM_KEY, STREAM_SECRET, STREAM_URL: url },
    users,
    deactivated,
    deleted,
    requests,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds(stream)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    failing: (fault, times = 1) => void faults.push(...Array.from({ length: times }, () => fault)),
    limit(requests, windowMs) {
      rate = { requests, windowMs };
      window = { until: 0, used: 0 };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stream;
};
