import { createClient } from 'graphql-sse';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Alarm } from '../../../src/async/alarm.js';
import { post, startServer, type TestServer, tokenOf } from '../harness.js';

const SUBSCRIPTION = 'subscription { values }';

/** A stream of events, read by hand. */
const openStream = async (server: TestServer, token: string, signal?: AbortSignal) => {
  const url = new URL(`${server.url}/graphql`);
  url.searchParams.set('query', SUBSCRIPTION);
  url.searchParams.set('token', token);
  const response = await fetch(url, { headers: { accept: 'text/event-stream' }, ...(signal && { signal }) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    /** Reads on until that text was sent; undefined where the stream ended before. */
    async until(wanted: string): Promise<string | undefined> {
      while (!text.includes(wanted)) {
        const next = await reader?.read();
        if (!next || next.done) return undefined;
        text += next.value;
      }
      return text;
    },
  };
};

describe('subscriptions over Server-Sent Events', () => {
  it('the graphql-sse client subscribes, and ends the subscription by leaving', async () => {
    const server = await startServer();
    const client = createClient({
      url: `${server.url}/graphql`,
      headers: { authorization: `Bearer ${await tokenOf('ada')}` },
    });
    const values = client.iterate({ query: SUBSCRIPTION });
    const first = values.next();
    await server.events.until('subscribed');
    server.sources[0]?.push('one');
    expect((await first).value).toEqual({ data: { values: 'one' } });
    expect(server.connections.users).toBe(1);
    await values.return?.();
    client.dispose();
    await server.events.until('source ended');
    await server.stop();
    expect(server.connections.users).toBe(0);
  });

  it('a GET with its token in the URL is served, with signs of life in between', async () => {
    const server = await startServer();
    const token = await tokenOf('ada');
    const stream = await openStream(server, token);
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect(await stream.until(':\n\n')).toBeDefined();
    server.sources[0]?.push('two');
    expect(await stream.until('\n\n:')).toBeDefined();
    expect(await stream.until('data: {"data":{"values":"two"}}')).toBeDefined();
    server.sources[0]?.finish();
    expect(await stream.until('event: complete')).toBeDefined();
    expect(server.lines.join()).not.toContain(token);
  });

  it('a bad token in the URL is the same 401 as everywhere', async () => {
    const server = await startServer();
    const { response } = await openStream(server, 'garbage');
    expect(response.status).toBe(401);
  });

  it('streams count as connections; one too many is 429, and a query is none', async () => {
    const server = await startServer({ maxPerUser: 2 });
    const token = await tokenOf('ada');
    const leaving = new AbortController();
    await openStream(server, token, leaving.signal);
    await openStream(server, token);
    const beyond = await openStream(server, token);
    expect(beyond.response.status).toBe(429);
    expect(await beyond.until('"code":"RATE_LIMITED"')).toContain('retryAfterMs');
    const query = await post(
      server,
      { query: '{ who }' },
      { headers: { accept: 'application/json, text/event-stream' } },
    ).catch((error: unknown) => error);
    expect(query).toBeDefined();
    await openStream(server, await tokenOf('bob'));
    leaving.abort();
    await server.events.until('source ended');
    await expect.poll(async () => (await openStream(server, token)).response.status).toBe(200);
  });

  it('a token that expires ends the stream, and says why', async () => {
    const server = await startServer();
    const stream = await openStream(server, await tokenOf('ada', { ttlSeconds: 2 }));
    const text = await stream.until('event: complete');
    expect(text).toContain('"code":"UNAUTHENTICATED"');
    await server.events.until('source ended');
  });

  it('the timer of its token is cancelled when a stream ends', async () => {
    const callOff = vi.spyOn(Alarm.prototype, 'callOff');
    onTestFinished(() => callOff.mockRestore());
    const server = await startServer();
    const leaving = new AbortController();
    await openStream(server, await tokenOf('ada'), leaving.signal);
    await server.events.until('subscribed');
    expect(callOff).not.toHaveBeenCalled();
    leaving.abort();
    await expect.poll(() => server.connections.users).toBe(0);
    expect(callOff).toHaveBeenCalledTimes(1);
  });

  it("a deleted user's streams end, and say why", async () => {
    const server = await startServer();
    const stream = await openStream(server, await tokenOf('ada'));
    await server.events.until('subscribed');
    server.connections.closeUser('ada');
    expect(await stream.until('event: complete')).toContain('"code":"UNAUTHENTICATED"');
    await server.events.until('source ended');
    await server.stop();
    expect(server.connections.users).toBe(0);
  });

  it('stopping breaks streams off, so that clients reconnect elsewhere', async () => {
    const server = await startServer();
    const stream = await openStream(server, await tokenOf('ada'));
    await server.events.until('subscribed');
    const stopped = server.stop();
    await expect(stream.until('event: complete')).rejects.toThrow();
    await stopped;
    await server.events.until('source ended');
  });

  it('a client that disconnects while its subscription starts leaves nothing behind', async () => {
    const server = await startServer();
    const leaving = new AbortController();
    const url = new URL(`${server.url}/graphql?query=subscription{late}&token=${await tokenOf('ada')}`);
    const left = fetch(url, { headers: { accept: 'text/event-stream' }, signal: leaving.signal });
    await server.events.until('late');
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    const stopped = server.stop();
    await server.events.until('late');
    server.gates[0]?.();
    await server.events.until('source ended');
    await stopped;
    await expect.poll(() => server.connections.users).toBe(0);
  });

  it('a reader that does not read pauses the source, and leaves nothing behind', async () => {
    const server = await startServer();
    const leaving = new AbortController();
    await openStream(server, await tokenOf('ada'), leaving.signal);
    await server.events.until('subscribed');
    for (let n = 0; n < 300; n += 1) server.sources[0]?.push('x'.repeat(65_536));
    leaving.abort();
    await server.events.until('source ended');
    await server.stop();
    expect(server.connections.users).toBe(0);
  });
});
