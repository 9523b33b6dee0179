/** What a used-up allowance does in the dialects of REST, and a server that has none of them. */
import { describe, expect, it } from 'vitest';
import { askRest } from '../support/http/rest.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ REST: 'on', RATE_PRESENCE: '1,300s', RATE_READS: '3,300s' });
const closed = await serve({});

const ask = async (who: { token(): Promise<string> }, method: string, path: string, body?: unknown) =>
  askRest(rollcall.origin, { method, path, body, token: await who.token() });

describe('a used-up allowance', () => {
  it.each([
    ['daw', 'PUT', '/api/v1/presence/status', { status: 'online' }, { status: 'offline', message: 'bye' }],
    ['mobile', 'POST', '/api/presence/status', { status: 'online' }, { status: 'offline' }],
    ['feed', 'PUT', '/api/v1/me/presence', { status: 'online' }, { status: 'offline', in_studio: false }],
    ['gateway', 'POST', '/presence/status', { status: 'online' }, { status: 'offline', custom_status: 'bye' }],
  ] as const)('keeps nobody visible who says offline in %s', async (_, method, path, online, offline) => {
    const [one] = await rollcall.strangers('one');
    expect((await ask(one, method, path, online)).status).toBe(200);
    const refused = await ask(one, method, path, online);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(refused.json).toEqual({ error: 'rate_limited', message: expect.any(String) });
    expect(await one.me()).toMatchObject({ chosenStatus: 'ONLINE' });
    await ask(one, method, path, offline);
    expect(await one.me()).toMatchObject({ chosenStatus: 'OFFLINE' });
  });

  it('of reads counts every id', async () => {
    const [one] = await rollcall.strangers('one');
    expect((await ask(one, 'POST', '/presence/bulk', { user_ids: ['a', 'b', 'c'] })).status).toBe(200);
    expect((await ask(one, 'GET', '/presence/a')).status).toBe(429);
  });

  it('is the one of GraphQL: what is used up here is used up there', async () => {
    const [one, other] = await rollcall.strangers('one', 'other');
    expect((await ask(one, 'POST', '/presence/bulk', { user_ids: ['a', 'b', 'c'] })).status).toBe(200);
    await expect(one.presence(['a'])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await other.presence(['a', 'b', 'c']);
    expect((await ask(other, 'GET', '/presence/a')).status).toBe(429);
  });
});

it('where REST is off there is nothing', async () => {
  const [one] = await closed.strangers('one');
  for (const [method, path] of [
    ['GET', `/presence/${one.id}`],
    ['POST', '/presence/status'],
    ['GET', '/openapi.json'],
  ] as const) {
    const answer = await askRest(closed.origin, { method, path, token: await one.token() });
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  }
});
