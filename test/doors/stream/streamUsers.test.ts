/** What a request with states comes to, beside a double of Stream. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Refused, TryLater, type UserState } from '../../../src/doors/states/sending.js';
import { createLastSent } from '../../../src/doors/stream/lastSent.js';
import { createStreamClient } from '../../../src/doors/stream/streamClient.js';
import { createSendToStream } from '../../../src/doors/stream/streamUsers.js';
import { pairKey } from '../../../src/presence/pairs.js';
import { DEFAULT_PRIVACY } from '../../../src/presence/visibility.js';
import { answering, STREAM_KEY, STREAM_SECRET, startFakeStream } from '../../support/http/fakeStream.js';
import { NOON } from '../../support/unit/builders.js';

const UNRELATED = { follows: false, followedBy: false, sharesCircle: false, sharesConversation: false, blocked: false };
const NOBODY_SEES = { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' } as const;

const FOREVER = new AbortController().signal;
const states = (...userIds: string[]): UserState[] =>
  userIds.map((userId) => ({
    userId,
    status: 'ONLINE',
    statusMessage: null,
    activities: [],
    devices: [],
    lastSeen: null,
    asOf: NOON,
  }));

const start = async ({ known = [], deleted = [] }: { known?: string[]; deleted?: string[] } = {}) => {
  const stream = await startFakeStream();
  onTestFinished(() => stream.stop());
  for (const id of known) stream.users.set(id, { id, name: `The ${id}` });
  const skipped: string[] = [];
  const lastSent = createLastSent();
  let created = 0;
  const send = createSendToStream({
    client: createStreamClient({ key: STREAM_KEY, secret: STREAM_SECRET, url: stream.url }),
    people: {
      async accessFacts(pairs) {
        return new Map(
          pairs.map(({ viewerId, userId }) => {
            const privacy = userId === 'shy' ? NOBODY_SEES : DEFAULT_PRIVACY;
            return [pairKey(viewerId, userId), { ...UNRELATED, privacy, exists: !deleted.includes(userId) }];
          }),
        );
      },
    },
    lastSent,
    onSkipped: (userId) => skipped.push(userId),
    onCreated: () => (created += 1),
  });
  return {
    stream,
    skipped,
    created: () => created,
    send: (...userIds: string[]) => send(states(...userIds), FOREVER),
    asked: () => stream.requests.map(({ method, status, ids }) => `${method} ${ids.join()} ${status}`),
  };
};

describe('states sent to Stream', () => {
  it('are one request for all who are known', async () => {
    const { stream, send, asked } = await start({ known: ['ana', 'bo'] });
    expect(await send('ana', 'bo')).toEqual({ asked: 2 });
    expect(asked()).toEqual(['PATCH ana,bo 201']);
    expect(stream.users.get('bo')).toMatchObject({ name: 'The bo', status: 'online' });
  });

  it('are refused as a whole where somebody is unknown, and nobody is created', async () => {
    const { stream, send, asked } = await start({ known: ['ana'] });
    await expect(send('ana', 'new')).rejects.toThrow(Refused);
    expect(asked()).toEqual(['PATCH ana,new 404']);
    expect(stream.users.get('ana')).toEqual({ id: 'ana', name: 'The ana' });
  });

  it('create a user whom Stream says alone that it does not know', async () => {
    const { stream, send, asked, created } = await start();
    expect(await send('new')).toEqual({ asked: 1 });
    expect(asked()).toEqual(['PATCH new 404', 'POST new 201', 'PATCH new 201']);
    expect(stream.users.get('new')).toMatchObject({ id: 'new', status: 'online' });
    expect(created()).toBe(1);
  });

  it('create nobody who was deleted here', async () => {
    const { stream, send, asked, created } = await start({ deleted: ['gone'] });
    expect(await send('gone')).toEqual({ asked: 1 });
    expect(asked()).toEqual(['PATCH gone 404']);
    expect(stream.users.size).toBe(0);
    expect(created()).toBe(0);
  });

  it('show as offline who was deleted here, or shows their status to nobody', async () => {
    const { stream, send } = await start({ known: ['ana', 'gone', 'shy'], deleted: ['gone'] });
    await send('ana', 'gone', 'shy');
    for (const id of ['gone', 'shy']) {
      expect(stream.users.get(id)).toEqual({
        id,
        name: `The ${id}`,
        status: 'offline',
        invisible: true,
        in_studio: false,
      });
    }
    expect(stream.users.get('ana')).toMatchObject({ status: 'online', invisible: false });
  });

  it.each(['deactivated', 'deleted'] as const)(
    'are refused of a user who is %s there, whose object stays',
    async (how) => {
      const { stream, send, created } = await start({ known: ['ana'] });
      stream[how].add('ana');
      await expect(send('ana')).rejects.toThrow(Refused);
      expect(stream.users.get('ana')).toEqual({ id: 'ana', name: 'The ana' });
      expect(created()).toBe(0);
    },
  );

  it('leave out ids that Stream does not allow', async () => {
    const { send, asked, skipped } = await start({ known: ['ana'] });
    expect(await send('a.b', 'ana', 'ä')).toEqual({ asked: 1 });
    expect(await send('a.b')).toEqual({ asked: 0 });
    expect(asked()).toEqual(['PATCH ana 201']);
    expect(skipped).toEqual(['a.b', 'ä', 'a.b']);
  });

  it('are one request, and another only where it is not certain that Stream has them', async () => {
    const { stream, send, asked } = await start({ known: ['ana', 'bo'] });
    await send('ana');
    expect(await send('ana')).toEqual({ asked: 0 });
    expect(await send('ana', 'bo')).toEqual({ asked: 1 });
    expect(asked()).toEqual(['PATCH ana 201', 'PATCH bo 201']);
    // Stream may have taken what failed.
    stream.failing(answering(500));
    await expect(send('new')).rejects.toThrow('500');
    expect(await send('new')).toEqual({ asked: 1 });
    expect(stream.users.get('new')).toMatchObject({ status: 'online' });
  });

  it('wait where Stream limits the rate, also of creating', async () => {
    const { stream, send } = await start();
    stream.limit(1, 60_000);
    await expect(send('new')).rejects.toThrow(TryLater);
    await expect(send('new')).rejects.toThrow(TryLater);
    expect(stream.users.size).toBe(0);
  });

  it('fail where Stream fails', async () => {
    const { stream, send } = await start({ known: ['ana'] });
    stream.failing(answering(500, { code: -1 }));
    const fault = await send('ana').catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Error);
    expect(fault).not.toBeInstanceOf(Refused);
    expect(await send('ana')).toEqual({ asked: 1 });
  });

  it('create nobody on a 404 that is not of Stream', async () => {
    const { stream, send, asked } = await start();
    stream.failing(answering(404));
    await expect(send('new')).rejects.toThrow('404');
    expect(asked()).toEqual(['PATCH  0']);
  });
});
