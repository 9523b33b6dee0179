/** The requests to Stream, beside a double of its API. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStreamClient } from '../../../src/doors/stream/streamClient.js';
import { updateOf } from '../../../src/doors/stream/streamUser.js';
import { answering, hanging, STREAM_KEY, STREAM_SECRET, startFakeStream } from '../../support/http/fakeStream.js';
import { NOON } from '../../support/unit/builders.js';

const FOREVER = new AbortController().signal;
const update = (userId: string) =>
  updateOf({
    userId,
    status: 'ONLINE',
    statusMessage: null,
    activities: [],
    devices: [],
    lastSeen: null,
    asOf: NOON,
  });

const start = async () => {
  const stream = await startFakeStream();
  onTestFinished(() => stream.stop());
  const clientOf = (changes: { key?: string; secret?: string; url?: string } = {}) =>
    createStreamClient({ key: STREAM_KEY, secret: STREAM_SECRET, url: stream.url, ...changes });
  return { stream, client: clientOf(), clientOf };
};

describe('the client of Stream', () => {
  it('updates the fields of known users and leaves the others', async () => {
    const { stream, client } = await start();
    stream.users.set('ana', { name: 'Ana', status: 'offline', daw_type: 'Logic' });
    expect(await client.update([update('ana')], FOREVER)).toMatchObject({ status: 201, code: null });
    expect(stream.users.get('ana')).toEqual({
      name: 'Ana',
      status: 'online',
      in_studio: false,
      invisible: false,
      last_active_at: '2026-01-31T12:00:00.000Z',
    });
  });

  it('creates a user with an id and nothing else', async () => {
    const { stream, client } = await start();
    expect(await client.update([update('ana')], FOREVER)).toMatchObject({ status: 404, code: 16 });
    expect(await client.create('ana', FOREVER)).toMatchObject({ status: 201 });
    expect(stream.users.get('ana')).toEqual({ id: 'ana' });
  });

  it.each([
    ['key', 401, 2],
    ['secret', 401, 43],
  ])('is refused with another %s', async (setting, status, code) => {
    const { clientOf } = await start();
    const client = clientOf({ [setting]: 'another' });
    expect(await client.update([update('ana')], FOREVER)).toMatchObject({ status, code });
  });

  it('asks at the address as it is given, with a path or a slash at its end', async () => {
    const { stream, clientOf } = await start();
    stream.users.set('ana', {});
    expect(await clientOf({ url: `${stream.url}/` }).update([update('ana')], FOREVER)).toMatchObject({ status: 201 });
    expect(await clientOf({ url: `${stream.url}/eu` }).update([update('ana')], FOREVER)).toMatchObject({
      status: 404,
      code: -1,
    });
  });

  it('follows no redirect: the token goes nowhere else', async () => {
    const { stream, client } = await start();
    const { stream: elsewhere } = await start();
    for (const status of [301, 302, 307, 308]) {
      stream.failing(answering(status, { headers: { location: `${elsewhere.url}/api/v2/users?api_key=k` } }));
      expect(await client.update([update('ana')], FOREVER)).toMatchObject({ status, code: null });
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it.each([201, 500])('does not wait for the end of an answer of %i that has none', async (status) => {
    const { stream, client } = await start();
    const closed = new Promise<void>((resolve) =>
      stream.failing((_, response) => {
        response.writeHead(status);
        const write = () => {
          while (response.write('x'.repeat(65_536)));
        };
        response.on('drain', write).on('close', resolve);
        write();
      }),
    );
    expect(await client.update([update('ana')], FOREVER)).toMatchObject({ status, code: null });
    await closed;
  });

  it('takes what another server says for no error of Stream', async () => {
    const { stream, client } = await start();
    for (const body of ['<html>', '[]', 'null', '{"code":"16","message":{}}']) {
      stream.failing((_, response) => response.writeHead(404).end(body));
      expect(await client.update([update('ana')], FOREVER)).toEqual({
        status: 404,
        code: null,
        resetAfterMs: null,
      });
    }
  });

  it('ends with its signal, while Stream hangs', async () => {
    const { stream, client } = await start();
    stream.failing(hanging);
    const stopping = new AbortController();
    const asked = client.update([update('ana')], stopping.signal);
    await stream.until(({ requests }) => requests.length === 1);
    stopping.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('gives up after five seconds', async () => {
    const { stream, client } = await start();
    stream.failing(hanging);
    await expect(client.update([update('ana')], FOREVER)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('reports when the window of the rate limit is over', async () => {
    const { stream, client } = await start();
    stream.users.set('ana', {});
    stream.limit(1, 60_000);
    expect(await client.update([update('ana')], FOREVER)).toMatchObject({ status: 201 });
    const { status, resetAfterMs } = await client.update([update('ana')], FOREVER);
    expect(status).toBe(429);
    expect(resetAfterMs).toBeGreaterThan(30_000);
    expect(resetAfterMs).toBeLessThanOrEqual(62_000);
  });
});
