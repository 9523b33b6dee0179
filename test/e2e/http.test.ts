import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { serverAudits } from 'graphql-http';
import { createClient as createSseClient } from 'graphql-sse';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PRESENCE_CHANGED, type Presence, TYPING_CHANGED, type Typing } from '../support/http/api.js';
import { post, postBody } from '../support/http/http.js';
import { serve } from '../support/http/rollcall.js';
import { openEventStream } from '../support/http/sse.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0' });
const [bob] = await rollcall.strangers('bob');

describe('graphql over HTTP', () => {
  const audits = serverAudits({
    url: rollcall.url,
    fetchFn: async (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${await bob.token()}`);
      return fetch(url, { ...init, headers });
    },
  });
  for (const audit of audits) {
    it(`passes the audit ${audit.id}: ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
    });
  }

  it('refuses a batch', async () => {
    const one = { query: '{ me { userId } }' };
    const answer = await postBody(rollcall.url, await bob.token(), JSON.stringify([one, one]));
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('userId":');
  });

  it('refuses a mutation by GET', async () => {
    const url = `${rollcall.url}?query=${encodeURIComponent('mutation { block(userId: "x") }')}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${await bob.token()}` } });
    expect(answer.status).toBe(405);
  });

  it('takes a body of nearly 1 MiB and refuses a greater one with 413', async () => {
    const padded = (bytes: number) => {
      const body = JSON.stringify({ query: '{ me { userId } }', extensions: { padding: '' } });
      return body.replace('"padding":""', `"padding":"${'x'.repeat(bytes - body.length)}"`);
    };
    const token = await bob.token();
    expect((await postBody(rollcall.url, token, padded(1024 * 1024 - 10))).status).toBe(200);
    expect((await postBody(rollcall.url, token, padded(1024 * 1024 + 10))).status).toBe(413);
    const inChunks = await fetch(rollcall.url, {
      method: 'POST',
      body: new Blob([padded(1024 * 1024 + 10)]).stream(),
      duplex: 'half',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    } as RequestInit);
    expect(inChunks.status).toBe(413);
  });
});

describe('health and readiness', () => {
  it('are told without a token', async () => {
    for (const path of ['/health', '/ready']) expect((await fetch(`${rollcall.origin}${path}`)).status).toBe(200);
  });
});

describe('a crowd that comes at once', () => {
  it('finds room while the server is busy', async () => {
    // The system may allow fewer than the server asks for.
    const allowed = Number(await readFile('/proc/sys/net/core/somaxconn', 'utf8').catch(() => '128'));
    const sockets = Array.from({ length: Math.min(2_000, allowed) }, () => new Socket());
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
    const { port } = new URL(rollcall.origin);
    onTestFinished(() => void process.kill(rollcall.run.pid, 'SIGCONT'));
    process.kill(rollcall.run.pid, 'SIGSTOP');
    // The system makes the connections, as far as there is room where they wait; the others it drops.
    await Promise.all(
      sockets.map((socket) => {
        socket.connect(Number(port), '127.0.0.1');
        return once(socket, 'connect');
      }),
    );
    process.kill(rollcall.run.pid, 'SIGCONT');
    expect((await fetch(`${rollcall.origin}/health`)).status).toBe(200);
  });
});

describe('server-sent events', () => {
  it('carry a subscription by POST with a bearer token', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const stream = await openEventStream(rollcall.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await alice.token()}` },
      body: JSON.stringify({ query: PRESENCE_CHANGED, variables: { userIds: [bob.id] } }),
    });
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect((await stream.nextResult<{ presenceChanged: Presence }>()).data?.presenceChanged.status).toBe('OFFLINE');
    await bob.connect();
    expect((await stream.nextResult<{ presenceChanged: Presence }>()).data?.presenceChanged.status).toBe('ONLINE');
    stream.close();
  });

  it('carry a subscription by GET with the token in the URL', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const room = rollcall.fresh('room');
    await rollcall.host.putConversation(room, [alice.id, bob.id]);
    await bob.connect();
    await bob.setTyping(room);
    const search = new URLSearchParams({
      query: TYPING_CHANGED,
      variables: JSON.stringify({ conversationId: room }),
      token: await alice.token(),
    });
    const stream = await openEventStream(`${rollcall.url}?${search}`);
    expect((await stream.nextResult<{ typingChanged: Typing }>()).data?.typingChanged).toMatchObject({
      userId: bob.id,
      isTyping: true,
    });
    await bob.setTyping(room, false);
    expect((await stream.nextResult<{ typingChanged: Typing }>()).data?.typingChanged.isTyping).toBe(false);
    stream.close();
    expect(rollcall.run.output()).not.toContain(await alice.token());
  });

  it('serve the graphql-sse client', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const client = createSseClient({
      url: rollcall.url,
      headers: async () => ({ authorization: `Bearer ${await alice.token()}` }),
      retryAttempts: 0,
    });
    const events = client.iterate<{ presenceChanged: Presence }>({
      query: PRESENCE_CHANGED,
      variables: { userIds: [bob.id] },
    });
    expect((await events.next()).value?.data?.presenceChanged.status).toBe('OFFLINE');
    await bob.connect();
    expect((await events.next()).value?.data?.presenceChanged.status).toBe('ONLINE');
    client.dispose();
  });

  it('make nobody live', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const stream = await openEventStream(rollcall.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await alice.token()}` },
      body: JSON.stringify({ query: PRESENCE_CHANGED, variables: { userIds: [bob.id] } }),
    });
    await stream.nextResult();
    expect(await alice.me()).toMatchObject({ sessions: [], presence: { status: 'OFFLINE' } });
    stream.close();
  });

  it('are refused with 401 without a token, and the token in a URL counts for nothing else', async () => {
    const query = '{ me { userId } }';
    const token = await bob.token();
    const asked = await openEventStream(`${rollcall.url}?${new URLSearchParams({ query: PRESENCE_CHANGED })}`);
    expect(asked.response.status).toBe(401);
    asked.close();
    expect((await post(`${rollcall.url}?token=${token}`, null, query)).status).toBe(401);
  });
});
