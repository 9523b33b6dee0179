/** How long an operation takes at the most that waits for the live store again and again. */
import { createSchema } from 'graphql-yoga';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEngine } from '../../../src/server/execution/engine.js';
import { createFakePeople } from '../../support/unit/fakePeople.js';
import { userViewer } from '../../support/unit/fanout.js';

/** What is promised, in ms. */
const PROMISED_MS = 2_000;
/** How long each wait for the store takes, before it is given up. */
const WAIT_MS = 1_500;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const wait = () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), WAIT_MS));

const setUp = (storeAnswers: boolean) => {
  const engine = createEngine({
    schema: createSchema({
      typeDefs: 'type Query { slow: String! }  type Mutation { slow: String! }',
      resolvers: { Query: { slow: async () => (await wait()) && wait() }, Mutation: { slow: wait } },
    }),
    contextFor: () => ({}),
    people: createFakePeople().people,
    log: { error: () => {} },
    introspection: 'users',
    suggestions: false,
    storeAnswers: () => storeAnswers,
  });
  const operation = {
    caller: { viewer: userViewer('ana'), connectionId: null },
    budget: { watched: 0, conversations: 0, objects: 0 },
    requestId: 'r',
  };
  const ways = {
    async 'a socket'(query: string): Promise<unknown> {
      const prepared = engine.prepare({ query }, operation);
      return 'run' in prepared ? prepared.run() : Promise.reject(new Error('It may not run.'));
    },
    async HTTP(query: string): Promise<unknown> {
      const url = 'http://localhost/graphql';
      const headers = { 'content-type': 'application/json' };
      const request = new Request(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
      const answer = await engine.yoga.fetch(request, { ...operation, stream: undefined as never });
      return answer.json();
    },
  };
  return ways;
};

const OPERATIONS = ['query { slow }', 'mutation { one: slow two: slow }'];
const WAYS = ['a socket', 'HTTP'] as const;
const cases = WAYS.flatMap((way) => OPERATIONS.map((operation) => [way, operation] as const));

it.each(cases)('over %s, %s is UNAVAILABLE within two seconds while the store does not answer', async (way, query) => {
  let answer: unknown;
  void setUp(false)
    [way](query)
    .then((came) => {
      answer = came;
    });
  await vi.advanceTimersByTimeAsync(PROMISED_MS);
  expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAVAILABLE', retryAfterMs: 1_000 } }] });
});

it.each(cases)('over %s, %s takes its time while the store answers', async (way, query) => {
  let answer: unknown;
  void setUp(true)
    [way](query)
    .then((came) => {
      answer = came;
    });
  await vi.advanceTimersByTimeAsync(PROMISED_MS);
  expect(answer).toBeUndefined();
  await vi.advanceTimersByTimeAsync(PROMISED_MS);
  expect(answer).not.toHaveProperty('errors');
  expect(vi.getTimerCount()).toBe(0);
});
