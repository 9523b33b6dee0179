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
  const server = await startServer({ openDoor });
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

it('a path of nobody is answered as ever', async () => {
  const { ask } = await start(async () => null);
  const answer = await ask('/elsewhere');
  expect(answer.status).toBe(404);
  expect(answer.json).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
});
