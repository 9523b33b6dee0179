import { describe, expect, it } from 'vitest';
import { unavailable } from '../../../src/presence/errors.js';
import { createRestDoor } from '../../../src/server/rest/restDoor.js';
import type { RestServices } from '../../../src/server/rest/route.js';
import { askRest } from '../../support/http/rest.js';
import { startServer, tokenOf } from '../harness.js';

type UserPresence = RestServices['presence']['userPresence'];

/** A server whose users are found by `userPresence`. */
const start = async (userPresence: UserPresence, { storeAnswers = true } = {}) => {
  const services = { presence: { userPresence } } as unknown as RestServices;
  const openDoor = createRestDoor({ services, storeAnswers: () => storeAnswers });
  const server = await startServer({ openDoor, allowedOrigins: ['https://app.example'] });
  const token = await tokenOf('ana');
  return { server, ask: (path = '/presence/ben') => askRest(server.url, { method: 'GET', path, token }), token };
};

describe('a failure', () => {
  it('of ours is masked and logged under an id', async () => {
    const { server, ask } = await start(() => Promise.reject(new Error('a secret of ours')));
    const answer = await ask();
    expect(answer.status).toBe(500);
    expect(answer.json).toEqual({
      error: 'internal',
      message: expect.not.stringContaining('secret'),
      request_id: expect.any(String),
    });
    const { request_id } = answer.json as { request_id: string };
    expect(server.lines.some((line) => line.includes(request_id) && line.includes('a secret of ours'))).toBe(true);
  });

  it('of a back end is 503, with when to try again', async () => {
    const { ask } = await start(() => Promise.reject(unavailable('Not now.', 2_400)));
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(answer.json).toEqual({ error: 'unavailable', message: 'Not now.' });
  });

  it('of a store that does not answer is bounded in time', async () => {
    const { ask } = await start(() => new Promise(() => {}), { storeAnswers: false });
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

it('requests of a user under way are counted together with those of /graphql', async () => {
  let waiting = 0;
  let allWait = () => {};
  const full = new Promise<void>((resolve) => {
    allWait = resolve;
  });
  let answer = () => {};
  const released = new Promise<null>((resolve) => {
    answer = () => resolve(null);
  });
  const { server, ask, token } = await start(() => {
    waiting += 1;
    if (waiting === 100) allWait();
    return released;
  });
  const pending = Array.from({ length: 100 }, () => ask());
  await full;
  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  const graphql = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    body: '{"query":"{ who }"}',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  expect(graphql.status).toBe(429);
  answer();
  for (const each of await Promise.all(pending)) expect(each.status).toBe(404);
  expect((await ask()).status).toBe(404);
});

describe("a path that is nobody's, beside those of the dialects", () => {
  it.each(['/presence', '/presence/', '/presence/ben/', '/api/v1/presence/status/', '/api/presence/users/ben/more'])(
    '%s is answered in their words, whoever there is',
    async (path) => {
      const { ask } = await start(() => Promise.reject(new Error('nobody is asked for')));
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual({
        error: 'not_found',
        message: 'There is nothing at this path. /openapi.json lists what there is.',
      });
    },
  );

  it('is read by pages of allowed origins alone', async () => {
    const { server } = await start(async () => null);
    const ask = (origin: string) => askRest(server.url, { method: 'GET', path: '/presence/', headers: { origin } });
    const headersOf = async (origin: string) => (await ask(origin)).headers.get('access-control-allow-origin');
    expect(await headersOf('https://app.example')).toBe('https://app.example');
    expect(await headersOf('https://elsewhere.example')).toBeNull();
  });
});

it.each([
  ['POST', '/presence/typing', { channel_id: 'room' }, 1],
  ['POST', '/presence/bulk', { user_ids: ['ben'] }, 0],
  ['GET', '/presence/ben', undefined, 0],
] as const)('%s %s counts among the mutations under way, or not', async (method, path, body, count) => {
  let server: Awaited<ReturnType<typeof startServer>>;
  const counts: number[] = [];
  const note = () => counts.push(server.engine.mutations);
  const presence = {
    setTyping: async () => void note(),
    presenceOf: async () => {
      note();
      return [];
    },
    userPresence: async () => {
      note();
      return null;
    },
  };
  const services = { presence } as unknown as RestServices;
  server = await startServer({ openDoor: createRestDoor({ services, storeAnswers: () => true }) });
  await askRest(server.url, { method, path, token: await tokenOf('ana'), body });
  expect(counts).toEqual([count]);
  expect(server.engine.mutations).toBe(0);
});

it.each(['/gateway', '/api/presence/subscribe'])('%s asked for without an upgrade says so', async (path) => {
  const { ask } = await start(async () => null);
  const answer = await ask(path);
  expect(answer.status).toBe(426);
  expect(answer.headers.get('upgrade')).toBe('websocket');
  expect(answer.json).toEqual({ error: 'upgrade_required', message: expect.stringContaining('WebSocket') });
});

it('a path of nobody is answered as ever', async () => {
  const { ask } = await start(async () => null);
  const answer = await ask('/elsewhere');
  expect(answer.status).toBe(404);
  expect(answer.json).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
});
