import { createSecretKey } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { PRESENCE_CHANGED, patient } from '../support/http/api.js';
import { executeOverHttp, post } from '../support/http/http.js';
import { startKeyServer } from '../support/http/jwks.js';
import { serve, serveTest } from '../support/http/rollcall.js';
import { connectSocket } from '../support/http/socket.js';
import { openEventStream } from '../support/http/sse.js';
import { signToken, TEST_SECRET } from '../support/http/tokens.js';

const rollcall = await serve();
const ME = '{ me { userId } }';
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

describe.concurrent('a bearer token', () => {
  it('names the user, who is made at the first request', async () => {
    const bob = rollcall.person(rollcall.fresh('bob'));
    expect(await rollcall.host.userPresence(bob.id)).toBeNull();
    expect(await bob.me()).toMatchObject({
      userId: bob.id,
      chosenStatus: 'ONLINE',
      sessions: [],
      presence: { status: 'OFFLINE', lastSeen: null },
    });
    expect(await rollcall.host.userPresence(bob.id)).toMatchObject({ id: bob.id, status: 'OFFLINE' });
  });

  it('that is missing or wrong in any way is refused with one and the same 401', async () => {
    const id = rollcall.fresh('bob');
    const hs512 = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS512' })
      .setSubject(id)
      .setExpirationTime('1h')
      .sign(createSecretKey(Buffer.from(TEST_SECRET.repeat(2))));
    const noSubject = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(TEST_SECRET));
    const good = await signToken(id);
    const wrong: Record<string, string | null> = {
      missing: null,
      empty: '',
      nonsense: 'nonsense',
      expired: await signToken(id, { expiresIn: -3600 }),
      'without exp': await signToken(id, { expiresIn: null }),
      'without sub': noSubject,
      'of another secret': await signToken(id, { secret: 'another-secret-of-more-than-32-bytes-length' }),
      'alg none': new UnsecuredJWT({}).setSubject(id).setExpirationTime('1h').encode(),
      'another alg': hs512,
      tampered: `${good.slice(0, -6)}AAAAAA`,
      'too long a sub': await signToken('x'.repeat(129)),
      'a sub with a control character': await signToken('a\u0000b'),
      'a sub that turns the text': await signToken('a\u202eb'),
    };
    const answers = new Map<string, string[]>();
    for (const [name, token] of Object.entries(wrong)) {
      const { status, text } = await post(rollcall.url, token, ME);
      const key = `${status} ${text}`;
      answers.set(key, [...(answers.get(key) ?? []), name]);
    }
    expect([...answers.values()]).toEqual([Object.keys(wrong)]);
    const [only] = answers.keys();
    expect(only?.startsWith('401 ')).toBe(true);
    expect(JSON.parse(only?.slice(4) ?? '').errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is required of subscriptions by SSE as well', async () => {
    const url = `${rollcall.url}?${new URLSearchParams({ query: PRESENCE_CHANGED, token: 'nonsense' })}`;
    const stream = await openEventStream(url);
    expect(stream.response.status).toBe(401);
    stream.close();
  });
});

describe.concurrent('the scope `service`', () => {
  it('is taken from a list and from words in a string', async () => {
    const askWith = async (scope: unknown) => {
      const token = await signToken('somebody', { scope });
      const execute = executeOverHttp(
        () => rollcall.url,
        async () => token,
      );
      return patient(execute)('{ online { totalCount } }');
    };
    for (const scope of [['service'], ['read', 'service'], 'service', 'read service write']) await askWith(scope);
    for (const scope of [undefined, [], 'services', 'serviced by', ['services'], { service: true }, true])
      await expect(askWith(scope)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is needed for each of the host’s operations, and without it nothing is changed', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const follow = [{ followerId: alice.id, followeeId: bob.id }];
    const forbidden: Record<string, () => Promise<unknown>> = {
      online: () => alice.online(),
      upsertUsers: () => alice.upsertUsers([{ id: bob.id, name: 'changed' }]),
      deleteUser: () => alice.deleteUser(bob.id),
      addFollows: () => alice.addFollows(follow),
      removeFollows: () => alice.removeFollows(follow),
      putCircle: () => alice.putCircle('circle-of-alice', [alice.id, bob.id]),
      deleteCircle: () => alice.deleteCircle('circle-of-alice'),
      putConversation: () => alice.putConversation('room-of-alice', [alice.id]),
      deleteConversation: () => alice.deleteConversation('room-of-alice'),
      putActivity: () => alice.putActivity(bob.id, 'x', []),
    };
    for (const attempt of Object.values(forbidden)) {
      await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await alice.userPresence(bob.id)).toBeNull();
    expect(await rollcall.host.userPresence(bob.id)).not.toBeNull();
    await expect(alice.typing('room-of-alice')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe.concurrent('deletion', () => {
  it('closes the connections with 4403 and refuses the tokens', async () => {
    const [bob] = await rollcall.strangers('bob');
    const seen = await bob.connect();
    const watching = await bob.lurk();
    const before = Date.now();
    expect(await rollcall.host.deleteUser(bob.id)).toBe(true);
    expect((await seen.closed).code).toBe(4403);
    expect((await watching.closed).code).toBe(4403);
    // Within a second, on a machine that is not busy.
    expect(Date.now() - before).toBeLessThan(8_000);
    expect((await bob.ask(ME)).status).toBe(401);
    expect((await bob.ask(ME)).text).toBe((await post(rollcall.url, 'nonsense', ME)).text);
    await expect(bob.connect()).rejects.toMatchObject({ code: 4403 });
    expect(await rollcall.host.userPresence(bob.id)).toBeNull();
  });

  it('leaves nothing of the old when the host names the user again', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const room = rollcall.fresh('room');
    await rollcall.host.putConversation(room, [alice.id, bob.id]);
    await rollcall.host.putCircle(rollcall.fresh('circle'), [alice.id, bob.id]);
    await bob.updatePrivacy({ status: 'EVERYONE', activity: 'MUTUALS' });
    await bob.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'old' }, sessionId: 's' });
    await rollcall.host.deleteUser(bob.id);
    await rollcall.host.upsertUsers([{ id: bob.id }]);
    const me = await bob.me();
    expect(me).toMatchObject({
      userId: bob.id,
      chosenStatus: 'ONLINE',
      privacy: { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' },
      sessions: [],
      presence: { status: 'OFFLINE', statusMessage: null, lastSeen: null },
    });
    expect(await alice.userPresence(bob.id)).toBeNull();
    expect(await bob.presence()).toEqual([]);
    await expect(bob.typing(room)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('keys of the host', () => {
  it('sign users in by their own algorithms, with issuer and audience, through a rotation', async () => {
    const keys = await startKeyServer('ES256');
    afterAll(() => keys.stop());
    const other = await serveTest({
      AUTH_JWT_SECRET: undefined,
      NODE_ENV: 'development',
      AUTH_JWKS_URL: keys.url,
      AUTH_JWT_ISSUER: 'https://host.example.test',
      AUTH_JWT_AUDIENCE: 'rollcall',
    });
    const good = { iss: 'https://host.example.test', aud: 'rollcall' };
    const status = async (token: string) => (await post(other.url, token, ME)).status;
    expect(await status(await keys.sign('bob', good))).toBe(200);
    expect(await status(await keys.sign('bob', { ...good, aud: ['other', 'rollcall'] }))).toBe(200);
    expect(await status(await keys.sign('bob', { ...good, iss: 'https://else.example.test' }))).toBe(401);
    expect(await status(await keys.sign('bob', { ...good, aud: 'another' }))).toBe(401);
    expect(await status(await keys.sign('bob', { iss: good.iss }))).toBe(401);
    expect(await status(await keys.sign('bob', { aud: good.aud }))).toBe(401);
    expect(await status(await signToken('bob', { issuer: good.iss, audience: good.aud }))).toBe(401);
    const unsigned = new UnsecuredJWT(good).setSubject('bob').setExpirationTime(inAnHour).encode();
    expect(await status(unsigned)).toBe(401);

    await keys.rotate();
    const rotated = await keys.sign('bob', good);
    await expect.poll(() => status(rotated), { timeout: 20_000, interval: 250 }).toBe(200);
    const socket = await connectSocket(other.wsUrl, { authorization: `Bearer ${rotated}` });
    expect((await socket.me()).userId).toBe('bob');
  }, 60_000);

  it('that cannot be fetched are UNAVAILABLE, and the log says when that begins and when it is over', async () => {
    const keys = await startKeyServer('ES256');
    const other = await serveTest({ AUTH_JWT_SECRET: undefined, NODE_ENV: 'development', AUTH_JWKS_URL: keys.url });
    const token = await keys.sign('bob');
    await keys.stop();
    const { status, body } = await post(other.url, token, ME);
    expect(status).toBe(503);
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect(await other.run.logged('the key set is unavailable')).toMatchObject({ level: 40, err: expect.any(Object) });
    await keys.start();
    onTestFinished(() => keys.stop());
    await expect.poll(async () => (await post(other.url, token, ME)).status, { timeout: 10_000 }).toBe(200);
    // Back is what has failed nobody for a while: the set is fetched anew for keys that are not known.
    await expect
      .poll(
        async () => {
          await keys.rotate();
          await post(other.url, await keys.sign('bob'), ME);
          return other.run.stdout();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toContain('the key set is available again');
    expect(await other.run.logged('the key set is available again')).toMatchObject({
      level: 30,
      failures: expect.any(Number),
    });
  }, 60_000);
});
