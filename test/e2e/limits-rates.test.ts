import { describe, expect, it } from 'vitest';
import { Refusal } from '../support/http/api.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({
  PRESENCE_OFFLINE_DEBOUNCE: '0',
  RATE_PRESENCE: undefined,
  RATE_TYPING: undefined,
  RATE_MUTATIONS: undefined,
});

/** So many at a time that they come as fast as they are answered, and so few that a busy machine answers in time. */
const ABREAST = 10;

/** Runs all, as if at once; gives how many were done, the refusals, and how long it took in ms, as those who ask see it. */
async function allAtOnce(count: number, act: (index: number) => Promise<unknown>) {
  const startedAt = performance.now();
  const ended: PromiseSettledResult<unknown>[] = [];
  while (ended.length < count) {
    const some = Array.from({ length: Math.min(ABREAST, count - ended.length) }, (_, i) => act(ended.length + i));
    ended.push(...(await Promise.allSettled(some)));
  }
  const refusals = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as Refusal] : []));
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(Refusal);
  return { done: count - refusals.length, refusals, tookMs: performance.now() - startedAt };
}

describe.concurrent('the rate', () => {
  it('of setPresence is five at once and then one every five seconds', async () => {
    const [bob] = await rollcall.strangers('bob');
    const { done, refusals, tookMs } = await allAtOnce(8, (index) => bob.say(String(index)));
    expect(done).toBeGreaterThanOrEqual(5);
    expect(done).toBeLessThanOrEqual(5 + tookMs / 5_000);
    for (const { code, retryAfterMs } of refusals) {
      expect(code).toBe('RATE_LIMITED');
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(5_000);
    }
  });

  it('of setPresence ends after `retryAfterMs`', async () => {
    const [bob] = await rollcall.strangers('bob');
    const { refusals } = await allAtOnce(6, (index) => bob.say(String(index)));
    await new Promise((resolve) => setTimeout(resolve, Number(refusals[0]?.retryAfterMs) + 50));
    expect((await bob.say('patient')).statusMessage?.text).toBe('patient');
  });

  it('of setPresence never keeps anybody from hiding', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    const socket = await bob.connect();
    await allAtOnce(8, (index) => socket.say(String(index)));
    await expect(socket.say('too much')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect((await socket.setPresence({ status: 'INVISIBLE' })).status).toBe('INVISIBLE');
    expect((await alice.userPresence(bob.id))?.status).toBe('OFFLINE');
    for (let turn = 0; turn < 10; turn += 1) await socket.setPresence({ status: turn % 2 ? 'INVISIBLE' : 'OFFLINE' });
    expect((await socket.me()).userId).toBe(bob.id);
  });

  it('of setTyping is ten at once and then two a second', async () => {
    const [bob] = await rollcall.strangers('bob');
    const room = rollcall.fresh('room');
    await rollcall.host.putConversation(room, [bob.id]);
    await bob.connect();
    const { done, refusals, tookMs } = await allAtOnce(20, () => bob.setTyping(room));
    expect(done).toBeGreaterThanOrEqual(10);
    expect(done).toBeLessThanOrEqual(10 + tookMs / 500);
    for (const { code, retryAfterMs } of refusals) {
      expect(code).toBe('RATE_LIMITED');
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(5_000);
    }
  });

  it('of other mutations is sixty at once and then five a second', async () => {
    const [bob] = await rollcall.strangers('bob');
    const { done, refusals, tookMs } = await allAtOnce(120, (index) => bob.follow(`nobody-${index}`));
    expect(done).toBeGreaterThanOrEqual(60);
    expect(done).toBeLessThanOrEqual(60 + tookMs / 200);
    for (const { code } of refusals) expect(code).toBe('RATE_LIMITED');
    expect((await bob.say('another budget')).statusMessage?.text).toBe('another budget');
  });

  it('is none for service tokens', async () => {
    const { done } = await allAtOnce(120, (index) => rollcall.host.upsertUsers([{ id: `made-${index}` }]));
    expect(done).toBe(120);
  });

  it('is each user’s own', async () => {
    const [bob, carol] = await rollcall.strangers('bob', 'carol');
    await allAtOnce(6, (index) => bob.say(String(index)));
    expect((await carol.say('not me')).statusMessage?.text).toBe('not me');
  });
});
