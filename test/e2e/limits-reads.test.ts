import { describe, expect, it } from 'vitest';
import { Refusal } from '../support/http/api.js';
import { serve } from '../support/http/rollcall.js';

/** So slow that nothing comes back while a test runs. */
const rollcall = await serve({ RATE_READS: '20,1000s' });
const { host } = rollcall;

const nobodies = (count: number) => Array.from({ length: count }, (_, i) => `nobody-${i}`);
const isRefused = async (reading: Promise<unknown>) => {
  const refusal: unknown = await reading.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  const { code, retryAfterMs } = refusal as Refusal;
  expect(code).toBe('RATE_LIMITED');
  return Math.ceil(Number(retryAfterMs) / 1_000_000);
};

describe.concurrent('what a user reads', () => {
  it('counts by its ids: what fits is answered, and what does not gets the time to wait', async () => {
    const [bob] = await rollcall.strangers('bob');
    await bob.presence(nobodies(15));
    expect(await isRefused(bob.presence(nobodies(6)))).toBe(1);
    await bob.presence(nobodies(5));
    expect(await isRefused(bob.userPresence('nobody'))).toBe(1);
    expect((await bob.me()).userId).toBe(bob.id);
  });

  it('counts an id once a list, and once for each alias that asks for it', async () => {
    const [bob] = await rollcall.strangers('bob');
    await bob.presence(Array.from({ length: 500 }, () => 'nobody'));
    const query = `{ ${[1, 2, 3, 4, 5].map((i) => `a${i}: userPresence(userId: "x") { id }`).join(' ')} }`;
    expect((await bob.ask(query)).body).not.toHaveProperty('errors');
    await bob.presence(nobodies(14));
    await isRefused(bob.userPresence('nobody'));
  });

  it('counts a roster by its page and its length, and who types by their number', async () => {
    const [bob, ...friends] = await rollcall.strangers('bob', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k');
    await host.addFollows(friends.map(({ id }) => ({ followerId: bob.id, followeeId: id })));
    const room = rollcall.fresh('room');
    await host.putConversation(
      room,
      [bob, ...friends].map(({ id }) => id),
    );
    expect((await bob.roster({ first: 5 })).edges).toHaveLength(5);
    expect(await bob.typing(room)).toEqual([]);
    await bob.presence(nobodies(12));
    await isRefused(bob.roster({ first: 1 }));
    await isRefused(bob.typing(room));
  });

  it('counts a start of meChanged as one id', async () => {
    const [alice] = await rollcall.strangers('alice');
    await alice.presence(nobodies(20));
    const socket = await alice.lurk();
    socket.watch(nobodies(19));
    const start = () => socket.subscribe('subscription { meChanged { userId } }').next();
    await start();
    expect(await isRefused(start())).toBe(1);
  });

  it('leaves room to start watching again, and refuses a start beyond it alone', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    await alice.presence(nobodies(20));
    const socket = await alice.lurk();
    const watching = socket.watch([...nobodies(9), bob.id]);
    expect((await watching.next()).id).toBe(bob.id);
    expect((await socket.watch().next()).id).toBe(bob.id);
    expect(await isRefused(socket.watch(nobodies(10)).next())).toBe(1);
    await bob.connect();
    expect((await watching.next()).status).toBe('ONLINE');
  });

  it('is a user’s own, and none for service tokens', async () => {
    const [bob, carol] = await rollcall.strangers('bob', 'carol');
    await bob.presence(nobodies(20));
    await carol.presence(nobodies(20));
    for (let n = 0; n < 3; n += 1) await host.presence([...nobodies(900), bob.id]);
  });

  it('may be more than the whole allowance, which it then takes', async () => {
    const [bob] = await rollcall.strangers('bob');
    await bob.presence(nobodies(1_000));
    expect(await isRefused(bob.userPresence('nobody'))).toBe(1);
    expect(await isRefused(bob.presence(nobodies(1_000)))).toBe(20);
  });
});
