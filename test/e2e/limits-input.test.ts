import { describe, expect, it } from 'vitest';
import { Refusal, type Variables } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve();
const { host } = rollcall;
const [bob] = await rollcall.strangers('bob');
const BAD = { code: 'BAD_USER_INPUT' };
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const DAY_MS = 24 * 60 * 60 * 1000;

const message = (text: string, more: Variables = {}) => bob.setPresence({ statusMessage: { text, ...more } });
const activity = (more: Variables) => bob.setPresence({ activities: [{ type: 'PLAYING', name: 'Go', ...more }] });

/** A text in one place, that it takes up to `most` characters and refuses with one more. */
const places: { name: string; most: number; put: (text: string) => Promise<unknown> }[] = [
  { name: 'a status message', most: 255, put: (text) => message(text) },
  { name: 'the name of an activity', most: 128, put: (name) => activity({ name }) },
  { name: 'the details of an activity', most: 128, put: (details) => activity({ details }) },
  { name: 'the name of a user', most: 128, put: (name) => host.upsertUsers([{ id: 'named', name }]) },
  { name: 'the id of a user asked for', most: 128, put: (id) => bob.userPresence(id) },
  { name: 'an id in a list', most: 128, put: (id) => bob.presence([bob.id, id]) },
  { name: 'the id of a user followed', most: 128, put: (id) => bob.follow(id) },
  { name: 'the id of a user blocked', most: 128, put: (id) => bob.block(id) },
  { name: 'the id of a user made', most: 128, put: (id) => host.upsertUsers([{ id }]) },
  { name: 'the id of a circle', most: 128, put: (id) => host.putCircle(id, []) },
  { name: 'the id of a conversation', most: 128, put: (id) => host.putConversation(id, []) },
  { name: 'the id of a session', most: 128, put: (sessionId) => bob.heartbeat({ sessionId }) },
  { name: 'the source of an activity', most: 128, put: (source) => host.putActivity(bob.id, source, []) },
];

describe('texts', () => {
  for (const { name, most, put } of places) {
    it(`${name} takes ${most} characters, and one more is refused, not cut`, async () => {
      await put('x'.repeat(most));
      await expect(put('x'.repeat(most + 1))).rejects.toMatchObject(BAD);
    });

    it(`${name} takes no control and no bidirectional-override characters`, async () => {
      for (const evil of ['\u0000', '\u0007', '\u001b', '\u007f', '\u0085', '\u202d', '\u202e']) {
        await expect(put(`a${evil}b`)).rejects.toMatchObject(BAD);
      }
      await put('naïve 日本語 العربية 👩‍👩‍👧‍👦');
    });
  }

  it('what was refused has changed nothing', async () => {
    await message('kept');
    await expect(message('x'.repeat(256))).rejects.toMatchObject(BAD);
    await expect(bob.setPresence({ status: 'AWAY', statusMessage: { text: 'a\u0000' } })).rejects.toMatchObject(BAD);
    expect(await bob.me()).toMatchObject({ chosenStatus: 'ONLINE', presence: { statusMessage: { text: 'kept' } } });
  });

  it('half a character is refused', async () => {
    await expect(message('a\ud800b')).rejects.toMatchObject(BAD);
    await expect(bob.userPresence('a\ud800b')).rejects.toMatchObject(BAD);
    await expect(bob.follow('\udc00')).rejects.toMatchObject(BAD);
    await expect(host.upsertUsers([{ id: 'a\ud800' }])).rejects.toMatchObject(BAD);
  });

  it('an emoji takes 64 bytes and no more', async () => {
    await message('x', { emoji: '🍜'.repeat(16) });
    expect((await bob.me()).presence.statusMessage?.emoji).toBe('🍜'.repeat(16));
    await expect(message('x', { emoji: `${'🍜'.repeat(16)}!` })).rejects.toMatchObject(BAD);
    await expect(message('x', { emoji: '\u202e' })).rejects.toMatchObject(BAD);
  });

  it('ids and names of activities are not empty', async () => {
    await expect(activity({ name: '' })).rejects.toMatchObject(BAD);
    await expect(bob.userPresence('')).rejects.toMatchObject(BAD);
    await expect(bob.presence([''])).rejects.toMatchObject(BAD);
    await expect(bob.follow('')).rejects.toMatchObject(BAD);
    await expect(bob.heartbeat({ sessionId: '' })).rejects.toMatchObject(BAD);
    await expect(host.putCircle('', [])).rejects.toMatchObject(BAD);
    await expect(host.putCircle('circle', [''])).rejects.toMatchObject(BAD);
    await expect(host.upsertUsers([{ id: '' }])).rejects.toMatchObject(BAD);
    await expect(host.addFollows([{ followerId: 'a', followeeId: '' }])).rejects.toMatchObject(BAD);
  });

  it('hostile ids are nothing but ids', async () => {
    for (const id of [
      "'; DROP TABLE users; --",
      '__proto__',
      'constructor',
      '{tag}:x',
      '../../etc/passwd',
      '%00',
      '*',
    ]) {
      const person: Person = rollcall.person(`${id}${rollcall.fresh('')}`);
      await person.heartbeat({ sessionId: id });
      expect(await person.me()).toMatchObject({ userId: person.id, sessions: [{ id }] });
      expect(await person.follow(id)).toBe(true);
      expect(await person.userPresence(id)).toBeNull();
    }
  });
});

describe('activities and times', () => {
  const five = Array.from({ length: 5 }, (_, index) => ({ type: 'PLAYING', name: `game ${index}` }));

  it('a session shows five activities and no more', async () => {
    const [dave] = await rollcall.strangers('dave');
    expect((await dave.setPresence({ activities: five })).activities).toHaveLength(5);
    const six = [...five, { type: 'PLAYING', name: 'one more' }];
    await expect(dave.setPresence({ activities: six })).rejects.toMatchObject(BAD);
    expect((await dave.me()).presence.activities).toHaveLength(5);
  });

  it('a status message ends at most 30 days ahead', async () => {
    await message('x', { expiresAt: inMs(30 * DAY_MS - 60_000) });
    await expect(message('x', { expiresAt: inMs(30 * DAY_MS + 60_000) })).rejects.toMatchObject(BAD);
  });

  it('wrong times and wrong types are refused', async () => {
    for (const expiresAt of ['tomorrow', '2026-13-45T00:00:00.000Z', 12, true, {}]) {
      await expect(message('x', { expiresAt })).rejects.toMatchObject(BAD);
    }
    await expect(bob.setPresence({ status: 'BUSY' })).rejects.toMatchObject(BAD);
    await expect(bob.setPresence({ device: 'FRIDGE' })).rejects.toMatchObject(BAD);
    await expect(bob.setPresence({ nonsense: 1 })).rejects.toMatchObject(BAD);
    await expect(activity({ name: 5 })).rejects.toMatchObject(BAD);
    await expect(activity({ type: null })).rejects.toMatchObject(BAD);
    await expect(
      bob.execute('query ($first: Int!) { roster(first: $first) { edges { cursor } } }', { first: 'x' }),
    ).rejects.toMatchObject(BAD);
  });

  it('a time given in another zone is the same instant', async () => {
    const instant = new Date(Date.now() + 3_600_000);
    instant.setUTCMilliseconds(0);
    const shifted = new Date(instant.getTime() + 2 * 3_600_000).toISOString().replace('.000Z', '+02:00');
    expect((await message('x', { expiresAt: shifted })).statusMessage?.expiresAt).toBe(instant.toISOString());
  });
});

describe('faults', () => {
  it('say in a sentence what to do, and show no stack', async () => {
    const fault: unknown = await message('x'.repeat(256)).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Refusal);
    const { errors } = fault as Refusal;
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/255/);
    expect(JSON.stringify(errors)).not.toMatch(/stack|node_modules|\.js:\d+/);
  });

  it('of follows and blocks of oneself change nothing about what one sees of oneself', async () => {
    const [self] = await rollcall.strangers('self');
    await self.block(self.id).catch(() => undefined);
    await self.follow(self.id).catch(() => undefined);
    expect(await self.userPresence(self.id)).toMatchObject({ id: self.id });
  });
});
