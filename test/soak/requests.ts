/** Requests over HTTP, on connections that are kept, and refusals in the words of the API. */
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  /** The JSON of the body; undefined where it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at freely.
  readonly json: any;
}

export interface Call {
  readonly port: number;
  readonly method?: string;
  readonly path: string;
  readonly token: string;
  readonly body?: unknown;
}

/** The server answered, and did not do it. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    text: string,
    readonly retryAfterMs = 1_000,
  ) {
    super(`${code}: ${text}`);
    this.name = 'Refusal';
  }
}
/** No answer came. */
export class HungUp extends Error {}

/** A call that takes longer is one that hangs. */
const ANSWER_WITHIN_MS = 30_000;
const CONNECTIONS = 24;

export const createRequests = () => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const ask = ({ port, method = 'POST', path, token, body }: Call): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      };
      const asking = request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          answer += chunk;
        });
        response.on('error', (error) => reject(new HungUp(`${error}`)));
        response.on('end', () => {
          try {
            resolve({ status: response.statusCode ?? 0, json: answer === '' ? undefined : JSON.parse(answer) });
          } catch {
            reject(new Error(`${method} ${path} was answered ${response.statusCode}: ${answer.slice(0, 300)}`));
          }
        });
      });
      asking.setTimeout(ANSWER_WITHIN_MS, () => asking.destroy(new Error(`no answer in ${ANSWER_WITHIN_MS} ms`)));
      asking.on('error', (error) => reject(new HungUp(`${method} ${path}: ${error.message}`)));
      asking.end(text);
    });
  return {
    ask,
    /** A query or mutation: its first field. Fails with a {@link Refusal}. */
    async graphql<T>(port: number, token: string, query: string, variables: object = {}): Promise<T> {
      const { json } = await ask({ port, path: '/graphql', token, body: { query, variables } });
      if (json?.errors) throw refusalOf(json.errors[0]);
      return Object.values(json.data)[0] as T;
    },
    /** A request of a dialect. Fails with a {@link Refusal} where the answer is none of 2xx. */
    async rest(call: Call): Promise<Answer['json']> {
      const { status, json } = await ask(call);
      if (status < 300) return json;
      throw new Refusal(String(json?.error ?? status).toUpperCase(), `${call.path}: ${json?.message}`);
    },
    close: () => agent.destroy(),
  };
};
export type Requests = ReturnType<typeof createRequests>;

interface Fault {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number };
}
export const refusalOf = ({ message, extensions = {} }: Fault): Refusal =>
  new Refusal(extensions.code ?? '?', message, extensions.retryAfterMs);

/** On a busy machine back ends are unavailable for minutes. */
const DONE_WITHIN_MS = 600_000;

/** Repeats what was UNAVAILABLE or not answered, for calls that may be repeated: afterwards it is done, or was refused. */
export const insist = async <T>(call: () => Promise<T>): Promise<T> => {
  const endsAt = performance.now() + DONE_WITHIN_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const again = error instanceof HungUp || (error instanceof Refusal && error.code === 'UNAVAILABLE');
      if (!again || performance.now() > endsAt) throw error;
      await wait(error instanceof Refusal ? Math.min(error.retryAfterMs, 2_000) : 500);
    }
  }
};
