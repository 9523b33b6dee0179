/** Every row of the tables of the REST dialects, over HTTP: docs/doors.md#rest. */
import { describe, expect, it } from 'vitest';
import { DIALECTS } from '../../src/server/rest/dialectTables.js';
import { askRest, faultsBySchema, type RestRequest } from '../support/http/rest.js';
import { type Person, serve } from '../support/http/rollcall.js';
import { socialOf } from '../support/http/social.js';

const rollcall = await serve({ REST: 'on' });
const { host } = rollcall;
const told = socialOf(host);
const NEVER = '1970-01-01T00:00:00.000Z';

const ask = async (person: Person | null, request: Omit<RestRequest, 'token'>) =>
  askRest(rollcall.origin, { ...request, token: person === null ? null : await person.token() });
const get = (person: Person | null, path: string) => ask(person, { method: 'GET', path });
const send = (person: Person | null, method: 'POST' | 'PUT', path: string, body: unknown) =>
  ask(person, { method, path, body });
const nameOf = (method: string, path: string) => `${method} ${path}`;
const ROWS = DIALECTS.flatMap((dialect) => dialect.routes.map((route) => ({ dialect, route })));

const [ana, ben, stranger] = await rollcall.strangers('ana', 'ben', 'stranger');
await ana.follow(ben.id);
await ben.follow(ana.id);
const room = rollcall.fresh('room');
await host.putConversation(room, [ana.id, ben.id]);

/** A request that each row takes from a user. */
const TAKEN: Readonly<Record<string, { readonly path: string; readonly body?: unknown }>> = {
  'PUT /api/v1/presence/status': { path: '/api/v1/presence/status', body: { status: 'in_studio', message: 'late' } },
  'GET /api/v1/presence/users': { path: `/api/v1/presence/users?ids=${ana.id},${ben.id}` },
  'PUT /api/v1/presence/settings': {
    path: '/api/v1/presence/settings',
    body: { show_activity_status: true, show_last_active: true },
  },
  'POST /api/presence/status': { path: '/api/presence/status', body: { status: 'online' } },
  'GET /api/presence/users': { path: '/api/presence/users' },
  'GET /api/presence/users/{user_id}': { path: `/api/presence/users/${ana.id}` },
  'POST /api/conversations/{conversation_id}/typing': {
    path: `/api/conversations/${room}/typing`,
    body: { is_typing: true },
  },
  'PUT /api/v1/me/presence': { path: '/api/v1/me/presence', body: { in_studio: true, daw_type: 'ableton' } },
  'GET /api/v1/activity/timeline': { path: '/api/v1/activity/timeline?limit=20&offset=0' },
  'POST /presence/status': {
    path: '/presence/status',
    body: { status: 'online', custom_status: 'hi', activity: { type: 'playing', name: 'chess' } },
  },
  'GET /presence/{user_id}': { path: `/presence/${ana.id}` },
  'POST /presence/bulk': { path: '/presence/bulk', body: { user_ids: [ana.id, ben.id] } },
  'POST /presence/typing': { path: '/presence/typing', body: { channel_id: room } },
};

it('every row of the tables is walked', () => {
  expect(ROWS.map(({ route }) => nameOf(route.method, route.path)).sort()).toEqual(Object.keys(TAKEN).sort());
});

describe.each(ROWS)('$dialect.name: $route.method $route.path', ({ route }) => {
  const { method } = route;
  const { path, body } = TAKEN[nameOf(method, route.path)]!;

  it('answers a user as its table says', async () => {
    const answer = await ask(ana, { method, path, body });
    expect(answer.status, answer.text).toBe(route.answer === null ? 204 : 200);
    if (route.answer === null) expect(answer.text).toBe('');
    else expect(faultsBySchema(answer.json, route.answer)).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('answers a service token where nothing is of a user, and 403 elsewhere', async () => {
    const answer = await ask(host, { method, path, body });
    if (!route.byUser) return expect(answer.status).toBe(200);
    expect(answer.status).toBe(403);
    expect(answer.json).toEqual({ error: 'forbidden', message: expect.any(String) });
  });

  it('is 401 without a token, and with one that is not valid', async () => {
    for (const token of [null, 'nonsense']) {
      const answer = await askRest(rollcall.origin, { method, path, body, token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.json).toEqual({ error: 'unauthenticated', message: expect.any(String) });
    }
  });

  it('says which methods there are', async () => {
    const refused = await ask(ana, { method: 'DELETE', path });
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining([method, 'OPTIONS']));
    expect(refused.json).toEqual({ error: 'method_not_allowed', message: expect.any(String) });
    const options = await ask(null, { method: 'OPTIONS', path });
    expect(options.status).toBe(204);
    expect(options.headers.get('allow')).toBe(refused.headers.get('allow'));
  });

  it('is read by pages of allowed origins', async () => {
    const origin = rollcall.origin;
    const answer = await ask(ana, { method, path, body, headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After');
    const preflight = await ask(null, { method: 'OPTIONS', path, headers: { origin } });
    expect(preflight.headers.get('access-control-allow-methods')).toContain(method);
    const other = await ask(ana, { method, path, body, headers: { origin: 'https://elsewhere.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe.each(ROWS.filter(({ route }) => route.method === 'GET'))('HEAD $route.path', ({ route }) => {
  it('is answered as GET, without a body', async () => {
    const { path } = TAKEN[nameOf('GET', route.path)]!;
    const head = await ask(ana, { method: 'HEAD', path });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
  });
});

describe.each(ROWS.filter(({ route }) => route.body))('the body of $route.method $route.path', ({ dialect, route }) => {
  const { method } = route;
  const { path, body } = TAKEN[nameOf(method, route.path)]!;

  it('refuses a body that is none, and changes nothing', async () => {
    const [one] = await rollcall.strangers('one');
    for (const bad of ['', '{', 'null', '[]', '"text"', `${'['.repeat(200_000)}`]) {
      const answer = await ask(one, { method, path, body: bad });
      expect(answer.status, bad.slice(0, 9)).toBe(dialect.badInputStatus);
      expect(answer.json).toEqual({ error: expect.any(String), message: expect.any(String) });
    }
    const coded = await ask(one, { method, path, body, headers: { 'content-encoding': 'gzip' } });
    expect(coded.status).toBe(415);
    const long = await ask(one, { method, path, body: `{"a":"${'x'.repeat(1024 * 1024)}"}` });
    expect(long.status).toBe(413);
    expect((await one.me()).sessions).toEqual([]);
  });

  it('takes a body whose type is not named', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await ask(ana, { method, path, body, headers });
    expect(answer.status, answer.text).toBeLessThan(300);
  });
});

describe('who may not be seen is like who does not exist', () => {
  const READS: Readonly<Record<string, (id: string) => { readonly path: string; readonly body?: unknown }>> = {
    'GET /api/v1/presence/users': (id) => ({ path: `/api/v1/presence/users?ids=${id}` }),
    'GET /api/presence/users': (id) => ({ path: `/api/presence/users?user_ids=${id}` }),
    'GET /api/presence/users/{user_id}': (id) => ({ path: `/api/presence/users/${id}` }),
    'GET /presence/{user_id}': (id) => ({ path: `/presence/${id}` }),
    'POST /presence/bulk': (id) => ({ path: '/presence/bulk', body: { user_ids: [id] } }),
  };

  it('in every row that reads users', () => {
    const reading = ROWS.filter(({ route }) => !route.byUser).map(({ route }) => nameOf(route.method, route.path));
    expect(Object.keys(READS).sort()).toEqual(reading.sort());
  });

  it.each(Object.entries(READS))('%s, byte for byte', async (name, requestOf) => {
    const [method = ''] = name.split(' ');
    const [hidden] = await rollcall.strangers('hidden');
    await hidden.setPresence({ status: 'ONLINE', statusMessage: { text: 'secret' } });
    const answers = await Promise.all(
      [hidden.id, rollcall.fresh('nobody')].map((id) => ask(stranger, { method, ...requestOf(id) })),
    );
    const [one, other] = answers.map(({ status, text, headers }) => ({
      status,
      text,
      headers: [...headers].filter(([header]) => header !== 'date'),
    }));
    expect(one).toEqual(other);
    expect(one?.text).not.toContain('secret');
  });

  it.each([
    ['mobile', (id: string) => send(stranger, 'POST', `/api/conversations/${id}/typing`, { is_typing: true })],
    ['gateway', (id: string) => send(stranger, 'POST', '/presence/typing', { channel_id: id })],
  ] as const)('so is a conversation in %s', async (_, type) => {
    const [one, other] = await Promise.all([type(room), type(rollcall.fresh('no-room'))]);
    expect(one.status).toBe(404);
    expect(one.text).toBe(other.text);
    expect(one.json).toEqual({ error: 'not_found', message: expect.any(String) });
  });
});

describe('daw', () => {
  const put = (person: Person, body: unknown) => send(person, 'PUT', '/api/v1/presence/status', body);
  const seen = async (of: Person, by: Person) =>
    ((await get(by, `/api/v1/presence/users?ids=${of.id}`)).json as { users: unknown[] }).users[0];
  const INVALID = { error: 'invalid_request', message: 'Invalid request body' };

  it('shows what was put to those who may see it', async () => {
    const [one, friend] = await rollcall.friends('one', 'friend');
    const done = await put(one, { status: 'in_studio', message: 'mixing', daw: 'Ableton Live' });
    expect(done.text).toBe('{"status":"success","message":"presence_updated"}');
    expect(await seen(one, friend)).toEqual({
      user_id: one.id,
      status: 'in_studio',
      message: 'mixing',
      daw: 'Ableton Live',
      last_seen: expect.stringMatching(/^20/),
    });
  });

  it.each([
    ['online', 'online', 'ONLINE'],
    ['away', 'away', 'AWAY'],
    ['dnd', 'dnd', 'DO_NOT_DISTURB'],
    ['in_studio', 'in_studio', 'ONLINE'],
    ['whatever', 'online', 'ONLINE'],
    ['', 'online', 'ONLINE'],
  ])('reads the status %j as %s', async (status, shown, chosenStatus) => {
    const [one] = await rollcall.strangers('one');
    expect((await put(one, { status })).status).toBe(200);
    expect(await one.me()).toMatchObject({ chosenStatus });
    expect(await seen(one, one)).toMatchObject({ status: shown });
  });

  it('lists nobody who is offline', async () => {
    const [one, friend] = await rollcall.friends('one', 'friend');
    await put(one, { status: 'online' });
    expect(await seen(one, friend)).toMatchObject({ status: 'online' });
    await put(one, { status: 'offline', message: 'gone' });
    expect(await seen(one, friend)).toBeUndefined();
    expect(await one.me()).toMatchObject({ chosenStatus: 'OFFLINE', presence: { statusMessage: { text: 'gone' } } });
  });

  it('a daw left out stays, an empty one is cleared, and a studio without a name is called DAW', async () => {
    const [one] = await rollcall.strangers('one');
    await put(one, { status: 'in_studio' });
    expect(await seen(one, one)).toMatchObject({ status: 'in_studio', daw: 'DAW' });
    await put(one, { status: 'in_studio', daw: 'Logic' });
    await put(one, { status: 'in_studio' });
    expect(await seen(one, one)).toMatchObject({ status: 'in_studio', daw: 'Logic' });
    await put(one, { status: 'away' });
    expect(await seen(one, one)).toMatchObject({ status: 'away', daw: 'Logic' });
    await put(one, { status: 'online', daw: '' });
    expect(await seen(one, one)).toMatchObject({ status: 'online', daw: '' });
    await put(one, { status: 'in_studio', daw: '' });
    expect(await seen(one, one)).toMatchObject({ status: 'in_studio', daw: 'DAW' });
  });

  it('a message left out stays, and an empty one is cleared', async () => {
    const [one] = await rollcall.strangers('one');
    await put(one, { status: 'online', message: 'hi' });
    await put(one, { status: 'dnd' });
    expect(await seen(one, one)).toMatchObject({ status: 'dnd', message: 'hi' });
    await put(one, { status: 'dnd', message: '' });
    expect(await seen(one, one)).toMatchObject({ message: '' });
  });

  it.each([
    ['no status', {}],
    ['a status that is no text', { status: 5 }],
    ['a message that is too long', { status: 'offline', message: 'x'.repeat(256) }],
    ['a daw that is too long', { status: 'online', daw: 'x'.repeat(129) }],
    ['a control character', { status: 'online', message: 'a\u0000' }],
  ])('refuses %s in its own words, and changes nothing', async (_, body) => {
    const [one] = await rollcall.strangers('one');
    await put(one, { status: 'online' });
    const answer = await put(one, body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(INVALID);
    expect((await one.me()).chosenStatus).toBe('ONLINE');
  });

  it.each(['/api/v1/presence/users', '/api/v1/presence/users?ids=', '/api/v1/presence/users?ids=,'])(
    'asks for ids at %s',
    async (path) => {
      const answer = await get(ana, path);
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual({ error: 'missing_ids', message: 'ids query parameter required' });
    },
  );

  it('settings are privacy', async () => {
    const [one] = await rollcall.strangers('one');
    const settings = (body: unknown) => send(one, 'PUT', '/api/v1/presence/settings', body);
    expect((await settings({ show_activity_status: false })).json).toEqual({
      status: 'success',
      show_activity_status: false,
      show_last_active: false,
    });
    expect((await one.me()).privacy).toMatchObject({ status: 'NOBODY', activity: 'NOBODY' });
    await settings({ show_activity_status: true, show_last_active: false });
    expect((await one.me()).privacy).toEqual({ status: 'FOLLOWERS', activity: 'FOLLOWERS', lastSeen: 'NOBODY' });
    expect((await settings({})).json).toMatchObject({ show_activity_status: true, show_last_active: false });
    const answer = await settings({ show_last_active: 'yes' });
    expect(answer).toMatchObject({ status: 400, json: INVALID });
  });
});

describe('mobile', () => {
  it('answers ids that are numbers as numbers, and takes them', async () => {
    const number = rollcall.person(String(7_000_000 + Math.floor(Math.random() * 1_000_000)));
    const answer = await send(number, 'POST', '/api/presence/status', { status: 'away' });
    expect(answer.json).toEqual({
      user_id: Number(number.id),
      status: 'away',
      last_seen: expect.stringMatching(/^20/),
    });
    const bulk = await send(host, 'POST', '/presence/bulk', { user_ids: [Number(number.id)] });
    expect(bulk.json).toMatchObject([{ user_id: number.id, status: 'idle' }]);
  });

  it('is 422 for another status', async () => {
    const answer = await send(ana, 'POST', '/api/presence/status', { status: 'dnd' });
    expect(answer.status).toBe(422);
    expect(answer.json).toEqual({ error: 'bad_user_input', message: expect.stringContaining('status') });
  });

  it('lists the roster, or whom it is asked for, with who types', async () => {
    const [one, friend, other] = await rollcall.friends('one', 'friend', 'other');
    const place = rollcall.fresh('place');
    await host.putConversation(place, [one.id, friend.id]);
    await send(friend, 'POST', '/api/presence/status', { status: 'online' });
    await send(friend, 'POST', `/api/conversations/${place}/typing`, { is_typing: true });
    const typing = { user_id: friend.id, status: 'online', last_seen: expect.stringMatching(/^20/), is_typing: true };
    const away = { user_id: other.id, status: 'offline', last_seen: NEVER, is_typing: false };
    expect((await get(one, '/api/presence/users')).json).toEqual([typing, away]);
    expect((await get(one, `/api/presence/users?user_ids=${other.id},${friend.id}`)).json).toEqual([away, typing]);
    expect((await get(one, `/api/presence/users/${friend.id}`)).json).toEqual(typing);
    // Nobody outside of the conversation may know it.
    expect((await get(other, `/api/presence/users/${friend.id}`)).json).toMatchObject({ is_typing: false });
    await send(friend, 'POST', `/api/conversations/${place}/typing`, { is_typing: false });
    expect((await get(one, `/api/presence/users/${friend.id}`)).json).toMatchObject({ is_typing: false });
  });
});

describe('feed', () => {
  const put = (person: Person, body: unknown) => send(person, 'PUT', '/api/v1/me/presence', body);

  it('says where the caller is at work', async () => {
    const [one] = await rollcall.strangers('one');
    const at = { last_active: expect.stringMatching(/^20/) };
    const started = await put(one, { status: 'online', in_studio: true, daw_type: 'ableton' });
    expect(started.json).toEqual({ online: true, in_studio: true, daw_type: 'ableton', ...at });
    const alive = await put(one, { last_activity: new Date().toISOString() });
    expect(alive.json).toEqual({ online: true, in_studio: true, daw_type: 'ableton', ...at });
    expect((await put(one, { in_studio: true })).json).toMatchObject({ daw_type: 'ableton' });
    expect((await put(one, { in_studio: false })).json).toEqual({
      online: true,
      in_studio: false,
      daw_type: '',
      ...at,
    });
    expect((await put(one, { in_studio: true })).json).toMatchObject({ in_studio: true, daw_type: 'DAW' });
    expect((await put(one, { status: 'offline' })).json).toMatchObject({
      online: false,
      in_studio: false,
      daw_type: '',
    });
  });

  it('a sign of life shows nobody who hides', async () => {
    const [one] = await rollcall.strangers('one');
    await one.setPresence({ status: 'INVISIBLE' });
    for (const body of [{}, { in_studio: true }, { last_activity: 5 }]) {
      expect((await put(one, body)).json).toMatchObject({ online: false, in_studio: false });
    }
    expect((await one.me()).chosenStatus).toBe('INVISIBLE');
  });

  it.each([{ status: 'away' }, { in_studio: 'yes' }, { daw_type: 5 }, { last_activity: {} }])(
    'refuses %j',
    async (body) => {
      const answer = await put(ana, body);
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual({ error: 'bad_user_input', message: expect.any(String) });
    },
  );

  it('has the timeline by limit and offset, with actors and counts', async () => {
    const [one, friend] = await rollcall.friends('one', 'friend');
    await host.upsertUsers([{ id: friend.id, name: 'Friend', avatarUrl: 'https://a.example/f.png' }]);
    const open = rollcall.fresh('post');
    const closed = rollcall.fresh('post');
    await host.putConversation(open, [], true);
    await told.putCounts(open, { likes: 3, comments: 2 }, 1n);
    await told.putCounts(closed, { likes: 9, comments: 9 }, 1n);
    const ids = Array.from({ length: 130 }, (_, i) => `${open}:${i}`);
    await told.tell(
      ...ids.map((id, i) => ({
        id,
        verb: 'like',
        actorId: friend.id,
        objectId: i === 129 ? closed : open,
        objectType: 'post',
      })),
    );
    const page = async (query: string) =>
      (await get(one, `/api/v1/activity/timeline${query}`)).json as { id: string; like_count: number }[];
    const latestFirst = [...ids].reverse();
    const first = await page('');
    expect(first.map(({ id }) => id)).toEqual(latestFirst.slice(0, 20));
    expect(first[0]).toMatchObject({ like_count: 0, comment_count: 0 });
    expect(first[1]).toEqual({
      id: latestFirst[1],
      verb: 'like',
      actor: { id: friend.id, username: 'Friend', avatar: 'https://a.example/f.png' },
      object_id: open,
      object_type: 'post',
      text: '',
      data: '',
      created_at: expect.stringMatching(/^20/),
      like_count: 3,
      comment_count: 2,
    });
    expect((await page('?limit=3&offset=2')).map(({ id }) => id)).toEqual(latestFirst.slice(2, 5));
    expect((await page('?limit=100&offset=60')).map(({ id }) => id)).toEqual(latestFirst.slice(60));
    expect(await page('?limit=20&offset=1000')).toEqual([]);
  });

  it.each([
    '?limit=0',
    '?limit=101',
    '?limit=x',
    '?limit=',
    '?offset=1001',
    '?offset=-1',
    '?offset=1.5',
    '?limit=1&limit=2',
  ])('refuses the page %s', async (query) => {
    expect((await get(ana, `/api/v1/activity/timeline${query}`)).status).toBe(400);
  });
});

describe('gateway', () => {
  const post = (person: Person, body: unknown) => send(person, 'POST', '/presence/status', body);

  it('answers the body of the GET', async () => {
    const [one, friend] = await rollcall.friends('one', 'friend');
    const body = { status: 'dnd', custom_status: 'busy', activity: { type: 'listening', name: 'Bowie' } };
    const shown = {
      user_id: one.id,
      status: 'dnd',
      custom_status: 'busy',
      activity: { type: 'listening', name: 'Bowie', started_at: expect.stringMatching(/^20/) },
      last_seen: expect.stringMatching(/^20/),
    };
    expect((await post(one, body)).json).toEqual(shown);
    expect((await get(friend, `/presence/${one.id}`)).json).toEqual(shown);
    expect((await send(friend, 'POST', '/presence/bulk', { user_ids: [one.id, 'nobody', one.id] })).json).toEqual([
      shown,
    ]);
  });

  it('what is left out stays, and null or an empty text clears it', async () => {
    const [one] = await rollcall.strangers('one');
    await post(one, { status: 'online', custom_status: 'hi', activity: { type: 'playing', name: 'chess' } });
    expect((await post(one, { status: 'idle' })).json).toMatchObject({
      status: 'idle',
      custom_status: 'hi',
      activity: { type: 'playing', name: 'chess' },
    });
    const cleared = (await post(one, { status: 'idle', custom_status: null, activity: null })).json;
    expect(cleared).toMatchObject({ custom_status: '' });
    expect(cleared).not.toHaveProperty('activity');
  });

  it.each([
    {},
    { status: 'away' },
    { status: 'online', custom_status: 5 },
    { status: 'online', activity: [] },
    { status: 'online', activity: { type: 'watching', name: 'x' } },
    { status: 'online', activity: { type: 'playing' } },
  ])('refuses %j', async (body) => {
    const answer = await post(ana, body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ error: 'bad_user_input', message: expect.any(String) });
  });

  it('a user by the name of a path is found', async () => {
    await host.upsertUsers([{ id: 'status' }]);
    expect((await get(host, '/presence/status')).json).toMatchObject({ user_id: 'status' });
  });

  it('typing is seen by who may know it', async () => {
    const [one, friend] = await rollcall.friends('one', 'friend');
    const channel = rollcall.fresh('channel');
    await host.putConversation(channel, [one.id, friend.id]);
    await post(one, { status: 'online' });
    expect(await send(one, 'POST', '/presence/typing', { channel_id: channel })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await friend.isTyping(one.id)).toBe(true);
  });
});

describe('limits', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `u${i}`);

  it('a list has at most a thousand ids, and each at most 128 characters', async () => {
    const bulk = (user_ids: unknown) => send(ana, 'POST', '/presence/bulk', { user_ids });
    expect((await bulk(ids(1_000))).status).toBe(200);
    for (const bad of [ids(1_001), ['x'.repeat(129)], [''], [1.5], [-1], [2 ** 53], [null], 'a,b', ['a\u0000']]) {
      expect((await bulk(bad)).status).toBe(400);
    }
    expect((await get(ana, `/api/v1/presence/users?ids=${ids(1_001).join(',')}`)).status).toBe(400);
    expect((await get(ana, `/api/presence/users?user_ids=${ids(1_001).join(',')}`)).status).toBe(422);
    expect((await get(ana, `/presence/${'x'.repeat(129)}`)).status).toBe(400);
    expect((await get(ana, `/api/presence/users/${'x'.repeat(129)}`)).status).toBe(422);
    expect((await get(ana, '/presence/%ff')).status).toBe(400);
    expect((await get(ana, `/presence/${encodeURIComponent('a/b')}`)).status).toBe(404);
  });

  it('what no dialect has is 404', async () => {
    for (const path of ['/presence', '/presence/', '/presence/a/b', '/api/presence', `/presence${'/'.repeat(5_000)}`]) {
      expect((await get(ana, path)).status, path.slice(0, 40)).toBe(404);
    }
  });
});

it('the description is there for everybody, and nothing changes it', async () => {
  const answer = await get(null, '/openapi.json');
  expect(answer.status).toBe(200);
  expect(Object.keys((answer.json as { paths: object }).paths)).toHaveLength(
    new Set(ROWS.map(({ route }) => route.path)).size,
  );
  expect(await ask(null, { method: 'HEAD', path: '/openapi.json' })).toMatchObject({ status: 200, text: '' });
  expect(await send(null, 'POST', '/openapi.json', {})).toMatchObject({ status: 405 });
});
