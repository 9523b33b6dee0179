/** What rows of the tables ask of the services: the dialects over real services in memory. */
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import { openRest } from '../../../src/openDoors.js';
import { PresenceError, unavailable } from '../../../src/presence/errors.js';
import type { RateLimits } from '../../../src/presence/ports/rates.js';
import { createRestDoor } from '../../../src/server/rest/restDoor.js';
import type { RestServices } from '../../../src/server/rest/route.js';
import { user } from '../../service/serviceUnderTest.js';
import { askRest } from '../../support/http/rest.js';
import { assemblePresence } from '../../support/unit/assemblePresence.js';
import { NOON, timings } from '../../support/unit/builders.js';
import { createFakePeople, NO_LIMITS } from '../../support/unit/fakePeople.js';
import { startServer, tokenOf } from '../harness.js';

/** Nothing is left of any allowance. */
const USED_UP: RateLimits = {
  take: () => Promise.reject(new PresenceError('RATE_LIMITED', 'Too often.', { retryAfterMs: 1_500 })),
  async count() {},
};

const start = async () => {
  const bus = createMemoryBus();
  const { people, journal } = createFakePeople({ bus });
  let limits = NO_LIMITS;
  let now = NOON;
  const presence = assemblePresence({
    bus,
    store: createMemoryStore({ bus, clock: () => now }),
    people,
    journal,
    rateLimits: { take: (...args) => limits.take(...args), count: (...args) => limits.count(...args) },
    timings: timings(),
    newIncarnation: () => 'here',
    newId: () => 'new',
    onJournalFailure: (error) => {
      throw error;
    },
  });
  await people.upsertUsers([{ id: 'ana' }]);
  const services = { presence, people } as unknown as { -readonly [Name in keyof RestServices]: RestServices[Name] };
  const server = await startServer({
    openDoor: createRestDoor({ services, storeAnswers: () => true }),
    allowedOrigins: ['https://app.example'],
  });
  const token = await tokenOf('ana');
  const ask = (method: string, path: string, body?: unknown, changes: { token?: string | null } = {}) =>
    askRest(server.url, { method, path, body, token, ...changes });
  return {
    server,
    presence,
    services,
    ask,
    put: (body: unknown) => ask('PUT', '/api/v1/presence/status', body),
    feed: (body: unknown) => ask('PUT', '/api/v1/me/presence', body),
    me: () => presence.me(user('ana')),
    pass: (ms: number) => {
      now += ms;
    },
    useUp: () => {
      limits = USED_UP;
    },
  };
};

describe('who says offline', () => {
  it.each([
    ['PUT', '/api/v1/presence/status', { status: 'offline', message: 'bye' }],
    ['POST', '/api/presence/status', { status: 'offline' }],
    ['PUT', '/api/v1/me/presence', { status: 'offline', in_studio: false }],
    ['POST', '/presence/status', { status: 'offline', custom_status: 'bye' }],
  ])('is not seen any more, whatever is left of their allowance: %s %s', async (method, path, body) => {
    const { ask, me, presence, useUp } = await start();
    await presence.setPresence(user('ana'), { status: 'ONLINE' });
    useUp();
    const answer = await ask(method, path, body);
    expect([200, 429]).toContain(answer.status);
    if (answer.status === 429) expect(answer.headers.get('retry-after')).toBe('2');
    expect((await me()).chosenStatus).toBe('OFFLINE');
  });
});

describe('who says offline is hidden before anything is read', () => {
  it.each([
    ['PUT', '/api/v1/presence/status', { status: 'offline', message: 'bye', daw: '' }],
    ['POST', '/api/presence/status', { status: 'offline' }],
    ['PUT', '/api/v1/me/presence', { status: 'offline', in_studio: true }],
    ['POST', '/presence/status', { status: 'offline', activity: { type: 'listening', name: 'Song' } }],
  ])('also where nothing can be: %s %s', async (method, path, body) => {
    const { ask, me, presence, services } = await start();
    await presence.setPresence(user('ana'), { status: 'ONLINE' });
    services.presence = { ...presence, me: () => Promise.reject(unavailable('The database is away.')) };
    expect([200, 503]).toContain((await ask(method, path, body)).status);
    expect((await me()).chosenStatus).toBe('OFFLINE');
  });

  it('and the studio that they were in keeps its name', async () => {
    const { feed, me } = await start();
    await feed({ status: 'online', daw_type: 'Logic' });
    await feed({ status: 'offline', in_studio: true });
    await feed({ status: 'online' });
    expect((await me()).presence.activities.map(({ name }) => name)).toEqual(['Logic']);
  });
});

describe('a studio keeps its name while its user is offline', () => {
  it.each([
    ['at a sign of life', [{ in_studio: true }, { status: 'online' }]],
    ['and back with it', [{ status: 'online', in_studio: true }]],
  ])('%s', async (_, bodies) => {
    const { feed, me } = await start();
    await feed({ status: 'online', daw_type: 'Logic' });
    await feed({ status: 'offline' });
    for (const body of bodies) expect((await feed(body)).status).toBe(200);
    expect((await me()).presence.activities.map(({ name }) => name)).toEqual(['Logic']);
  });

  it('and back in the words of daw', async () => {
    const { put, me } = await start();
    await put({ status: 'in_studio', daw: 'Logic' });
    await put({ status: 'offline' });
    await put({ status: 'in_studio' });
    expect((await me()).presence.activities.map(({ name }) => name)).toEqual(['Logic']);
  });

  it('and one that expired meanwhile is none', async () => {
    const { feed, me, presence, pass } = await start();
    const activity = {
      type: 'IN_STUDIO',
      name: 'Logic',
      details: null,
      startedAt: null,
      expiresAt: NOON + 1_000,
    } as const;
    await presence.setPresence(user('ana'), { status: 'ONLINE', activities: [activity] });
    await feed({ status: 'offline' });
    pass(1_000);
    await feed({ status: 'online', in_studio: true });
    expect((await me()).presence.activities.map(({ name }) => name)).toEqual(['DAW']);
  });
});

describe('what is left out stays as it is', () => {
  it('in daw, where an empty text clears it', async () => {
    const { put, me } = await start();
    const studio = async () => (await me()).presence.activities.map(({ name }) => name);
    await put({ status: 'in_studio', daw: 'Logic', message: 'hi' });
    await put({ status: 'in_studio' });
    expect(await studio()).toEqual(['Logic']);
    await put({ status: 'away' });
    expect(await studio()).toEqual(['Logic']);
    expect((await me()).presence.statusMessage?.text).toBe('hi');
    await put({ status: 'online', daw: '', message: '' });
    expect(await studio()).toEqual([]);
    expect((await me()).presence.statusMessage).toBeNull();
    await put({ status: 'in_studio', daw: '' });
    expect(await studio()).toEqual(['DAW']);
  });

  it('in feed, where a sign of life shows nobody who hides', async () => {
    const { feed, me, presence } = await start();
    await presence.setPresence(user('ana'), { status: 'INVISIBLE' });
    for (const body of [{}, { in_studio: true }, { last_activity: 5 }, { daw_type: 'Logic' }]) {
      expect((await feed(body)).json).toMatchObject({ online: false, in_studio: false, daw_type: '' });
    }
    expect((await me()).chosenStatus).toBe('INVISIBLE');
  });
});

describe('a refusal', () => {
  it('of a body is in the words of the dialect, with its status', async () => {
    const { put, ask, me } = await start();
    expect(await put({})).toMatchObject({
      status: 400,
      json: { error: 'invalid_request', message: 'Invalid request body' },
    });
    expect(await ask('GET', '/api/v1/presence/users?ids=')).toMatchObject({
      status: 400,
      json: { error: 'missing_ids', message: 'ids query parameter required' },
    });
    expect(await ask('POST', '/api/presence/status', { status: 'dnd' })).toMatchObject({
      status: 422,
      json: { error: 'bad_user_input', message: 'status must be one of online, away, offline.' },
    });
    expect((await me()).sessions).toEqual([]);
  });

  it('is for service tokens where something is of a user, and for everybody without a valid token', async () => {
    const { ask } = await start();
    const service = await tokenOf('the-host', { service: true });
    const path = '/api/presence/status';
    expect(await ask('POST', path, { status: 'online' }, { token: service })).toMatchObject({ status: 403 });
    // Before anything is read.
    expect(await ask('POST', path, '{', { token: service })).toMatchObject({ status: 403 });
    expect(await ask('GET', '/presence/ana', undefined, { token: service })).toMatchObject({ status: 200 });
    for (const token of [null, 'nonsense']) {
      const answer = await ask('GET', '/presence/ana', undefined, { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.json).toEqual({
        error: 'unauthenticated',
        message: 'Sign in first: send a valid token in the header Authorization: Bearer TOKEN.',
      });
    }
  });
});

it('pages of allowed origins may use every method of a path', async () => {
  const { server } = await start();
  const preflight = await askRest(server.url, {
    method: 'OPTIONS',
    path: '/api/v1/me/presence',
    headers: { origin: 'https://app.example' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('PUT, OPTIONS');
});

it('where REST is off there is no door', async () => {
  const deps = { services: {} as RestServices, storeAnswers: () => true };
  const doors = { rest: false, nats: null, webhook: null, stream: null, historyMs: null };
  expect(await openRest({ doors }, deps)).toBeNull();
  expect(await openRest({ doors: { ...doors, rest: true } }, deps)).toBeInstanceOf(Function);
});
