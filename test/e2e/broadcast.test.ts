import { describe, expect, it } from 'vitest';
import { serve } from '../support/http/rollcall.js';

const INTERVAL_MS = 3_000;
const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0', BROADCAST_INTERVAL: `${INTERVAL_MS}ms` });

/** Alice watches Bob and Carol, both live for longer than the server remembers telling of them. */
async function watchedBoth() {
  const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
  await bob.connect();
  await carol.connect();
  const watching = (await alice.lurk()).watch([bob.id, carol.id]);
  await watching.take(2);
  return { alice, bob, carol, watching };
}

describe.concurrent('the broadcast interval', () => {
  it('holds nothing up at first: neither the snapshot nor what went before counts', async () => {
    const { bob, watching } = await watchedBoth();
    const before = Date.now();
    await bob.say('first');
    expect((await watching.next()).statusMessage?.text).toBe('first');
    expect(Date.now() - before).toBeLessThan(INTERVAL_MS);
  });

  it('lets the last of a burst follow, and none between', async () => {
    const { bob, watching } = await watchedBoth();
    const before = Date.now();
    for (const word of ['one', 'two', 'three', 'four']) await bob.say(word);
    expect((await watching.next()).statusMessage?.text).toBe('one');
    expect((await watching.next()).statusMessage?.text).toBe('four');
    expect(Date.now() - before).toBeGreaterThanOrEqual(INTERVAL_MS - 50);
  });

  it('sends nothing for a change that was taken back within it', async () => {
    const { bob, carol, watching } = await watchedBoth();
    await bob.say('as it was');
    await bob.say('something else');
    await bob.say('as it was');
    await carol.say('one');
    await carol.say('two');
    // Carol's interval began after Bob's: what comes at its end proves that Bob's ended in silence.
    expect(await watching.next()).toMatchObject({ id: bob.id, statusMessage: { text: 'as it was' } });
    expect(await watching.next()).toMatchObject({ id: carol.id, statusMessage: { text: 'one' } });
    expect(await watching.next()).toMatchObject({ id: carol.id, statusMessage: { text: 'two' } });
  });

  it('never holds up what hides', async () => {
    const { alice, bob, carol, watching } = await watchedBoth();
    await carol.say('one');
    await carol.say('two');
    await bob.say('here');
    await bob.setPresence({ status: 'INVISIBLE' });
    expect(await watching.next()).toMatchObject({ id: carol.id, statusMessage: { text: 'one' } });
    expect(await watching.next()).toMatchObject({ id: bob.id, statusMessage: { text: 'here' } });
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'OFFLINE' });
    expect(await watching.next()).toMatchObject({ id: carol.id, statusMessage: { text: 'two' } });
    await carol.say('three');
    await carol.say('four');
    await carol.block(alice.id);
    const last = await watching.nextWhere((seen) => seen.status === 'OFFLINE' && seen.id === carol.id);
    expect(last.statusMessage).toBeNull();
    expect(watching.transcript.map((seen) => seen.statusMessage?.text)).not.toContain('four');
  });

  it('does not delay a new subscription, which receives nothing that its snapshot contained', async () => {
    const { alice, bob, carol, watching } = await watchedBoth();
    await bob.say('one');
    await bob.say('two');
    const newcomer = (await alice.lurk()).watch([bob.id, carol.id]);
    expect((await newcomer.take(2)).find(({ id }) => id === bob.id)?.statusMessage?.text).toBe('two');
    await carol.say('one');
    await carol.say('two');
    // Carol's interval ends after Bob's, at whose end the others are told what the newcomer knows.
    await watching.nextWhere((seen) => seen.id === carol.id && seen.statusMessage?.text === 'two');
    expect(watching.transcript.filter(({ id }) => id === bob.id).map((seen) => seen.statusMessage?.text)).toEqual([
      undefined,
      'one',
      'two',
    ]);
    expect(await newcomer.next()).toMatchObject({ id: carol.id });
  });

  it('is not kept for what a viewer may not see', async () => {
    const { alice, bob, watching } = await watchedBoth();
    await bob.updatePrivacy({ activity: 'NOBODY' });
    await watching.nextWhere((seen) => seen.id === bob.id && seen.devices.length === 0);
    const fresh = (await alice.lurk()).watch([bob.id]);
    await fresh.next();
    const before = Date.now();
    await bob.setPresence({ activities: [{ type: 'PLAYING', name: 'unseen' }] });
    await bob.say('seen');
    expect((await fresh.next()).statusMessage?.text).toBe('seen');
    expect(Date.now() - before).toBeLessThan(INTERVAL_MS);
  });

  it('delivers the last state in the end: what is held equals what a query answers', async () => {
    const { alice, bob, watching } = await watchedBoth();
    for (let turn = 0; turn < 10; turn += 1) {
      await bob.setPresence({ status: turn % 2 ? 'AWAY' : 'DO_NOT_DISTURB', statusMessage: { text: String(turn) } });
    }
    const held = await watching.nextWhere((seen) => seen.statusMessage?.text === '9');
    const asked = await alice.userPresence(bob.id);
    expect({ ...asked, asOf: held.asOf }).toEqual(held);
  });
});
