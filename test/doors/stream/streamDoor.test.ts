/** The door with the sender of states, over the memory store, beside a double of Stream. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import type { SenderTimings } from '../../../src/doors/states/stateSender.js';
import { openStreamDoor } from '../../../src/doors/stream/streamDoor.js';
import { unavailable } from '../../../src/presence/errors.js';
import { pairKey } from '../../../src/presence/pairs.js';
import type { AccessReader } from '../../../src/presence/ports/access.js';
import { DEFAULT_PRIVACY, type Privacy } from '../../../src/presence/visibility.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { createOutages } from '../../../src/telemetry/outages.js';
import { answering, hanging, STREAM_KEY, STREAM_SECRET, startFakeStream } from '../../support/http/fakeStream.js';
import { BRIEF, createStates } from '../../support/unit/stateSenders.js';

const UNRELATED = { follows: false, followedBy: false, sharesCircle: false, sharesConversation: false, blocked: false };

const start = async ({
  known = [],
  key = STREAM_KEY,
  ...briefer
}: { known?: readonly string[]; key?: string } & SenderTimings = {}) => {
  const stream = await startFakeStream();
  onTestFinished(() => stream.stop());
  for (const id of known) stream.users.set(id, { id, name: id });
  const states = createStates();
  const bus = createMemoryBus();
  const privacy = new Map<string, Privacy>();
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: 'debug',
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const metrics = createMetrics();
  const people: Pick<AccessReader, 'accessFacts'> = {
    accessFacts: async (pairs) =>
      new Map(
        pairs.map(({ viewerId, userId }) => [
          pairKey(viewerId, userId),
          { ...UNRELATED, exists: !states.deleted.has(userId), privacy: privacy.get(userId) ?? DEFAULT_PRIVACY },
        ]),
      ),
  };
  let isAnew = true;
  let tellsAnew = false;
  const renew: typeof states.marks.renew = async (...args) => {
    const found = await states.marks.renew(...args);
    isAnew = tellsAnew || found.anew;
    return { ...found, anew: isAnew };
  };
  const marks = { ...states.marks, renew };
  /** Resolves once everybody is marked who is to be told anew. */
  const toldAnew = () => vi.waitFor(() => expect(isAnew).toBe(false));
  /** Everybody is told anew, as where the store lost marks. */
  const tellAnew = async () => {
    tellsAnew = true;
    await vi.waitFor(() => expect(isAnew).toBe(true));
    tellsAnew = false;
  };
  const stop = await openStreamDoor({
    config: { key, secret: STREAM_SECRET, url: stream.url },
    marks,
    settleMs: 0,
    toldLive: states.toldLive.port,
    readRecords: states.readRecords,
    people,
    bus,
    isLive: () => true,
    log,
    outages: createOutages({ log }),
    metrics,
    timings: { ...BRIEF, ...briefer },
  });
  onTestFinished(stop);
  const said = (msg: string) => lines.filter((line) => line.msg === msg);
  const counted = async (name: string): Promise<number> => {
    const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  const statusOf = (id: string) => stream.users.get(id)?.status;
  const shows = (id: string, status: string) => stream.until(() => statusOf(id) === status);
  return { stream, states, marks, bus, privacy, people, said, counted, statusOf, shows, stop, toldAnew, tellAnew };
};

const many = (count: number): string[] => Array.from({ length: count }, (_, place) => `user-${place}`);

describe('the door to Stream', () => {
  it('creates exactly those of a crowd whom Stream does not know', async () => {
    const users = many(100);
    const isUnknown = (_: string, place: number) => place % 9 === 4;
    const known = users.filter((id, place) => !isUnknown(id, place));
    const { stream, states, counted, said } = await start({ known });
    for (const userId of users) await states.connect(userId);
    await stream.until(({ users: objects }) => users.every((id) => objects.get(id)?.status === 'online'));
    const created = stream.requests.filter(({ method }) => method === 'POST');
    expect(created.flatMap(({ ids }) => ids).sort()).toEqual(users.filter(isUnknown).sort());
    for (const id of known) expect(stream.users.get(id)).toMatchObject({ name: id });
    // To be looked for is no failure.
    await vi.waitFor(async () => expect(await counted('rollcall_stream_users_total{outcome="sent"}')).toBe(100));
    expect(await counted('rollcall_stream_users_total{outcome="created"}')).toBe(created.length);
    expect(await counted('rollcall_stream_failures_total')).toBe(0);
    expect(said('Stream is unavailable')).toEqual([]);
  });

  it('says once that ids are left out, counts them, and sends all others', async () => {
    const { states, counted, said, shows } = await start({ known: ['ana'] });
    for (const userId of ['a.b', 'c.d', 'ana']) await states.connect(userId);
    await shows('ana', 'online');
    await vi.waitFor(async () => expect(await counted('rollcall_stream_users_total{outcome="skipped"}')).toBe(2));
    expect(said('Stream does not allow this id; users with such ids are left out')).toHaveLength(1);
  });

  it('waits for the end of the window where Stream limits the rate, and sends the latest then', async () => {
    const { stream, states, said, shows } = await start({ known: ['ana'], backoff: { firstMs: 5, maxMs: 60_000 } });
    stream.limit(1, 1_500);
    await states.connect('ana');
    await shows('ana', 'online');
    await states.set('ana', 'AWAY');
    await stream.until(({ requests }) => requests.some(({ status }) => status === 429));
    await states.set('ana', 'DO_NOT_DISTURB');
    await shows('ana', 'dnd');
    const statuses = stream.requests.map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length, 'hammered').toBeLessThanOrEqual(3);
    const told = stream.requests.filter(({ status }) => status === 201).flatMap(({ updates }) => updates);
    expect(told.map(({ set }) => set?.status)).toEqual(['online', 'dnd']);
    expect(said('Stream is unavailable')).toHaveLength(1);
  });

  it('goes on with all others where Stream refuses somebody', async () => {
    const users = many(20);
    const { stream, states, said, counted } = await start({ known: users });
    stream.deactivated.add('user-3');
    stream.deleted.add('user-12');
    for (const userId of users) await states.connect(userId);
    const others = users.filter((id) => id !== 'user-3' && id !== 'user-12');
    await stream.until(({ users: objects }) => others.every((id) => objects.get(id)?.status === 'online'));
    await vi.waitFor(() =>
      expect(said('telling Stream of a user whom it refuses failed; it is tried again')).toHaveLength(1),
    );
    expect(stream.users.get('user-3')).toEqual({ id: 'user-3', name: 'user-3' });
    expect(await counted('rollcall_stream_failures_total')).toBeGreaterThan(0);
    expect(said('Stream is unavailable')).toEqual([]);
  });

  it('says that Stream refuses the key, and divides nothing for it', async () => {
    const { stream, states, said } = await start({ known: ['ana', 'bo'], key: 'another' });
    await states.connect('ana');
    await states.connect('bo');
    await stream.until(({ requests }) => requests.length >= 3);
    const [line] = said('Stream is unavailable');
    expect(line?.err).toMatchObject({ message: 'Stream answered 401 (code 2).' });
    expect(said('Stream is unavailable')).toHaveLength(1);
    expect(stream.requests.every(({ status }) => status === 401)).toBe(true);
  });

  it('sends again after 5xx, and what hangs', async () => {
    const { stream, states, shows } = await start({ known: ['ana'] });
    stream.failing(answering(500, { code: -1 }), 2);
    await states.connect('ana');
    await shows('ana', 'online');
    stream.failing(hanging);
    await states.set('ana', 'AWAY');
    await shows('ana', 'away');
  });

  it('hides at once whom a narrower audience hides', async () => {
    const { states, bus, privacy, shows } = await start({ known: ['ana'] });
    await states.connect('ana');
    await shows('ana', 'online');
    privacy.set('ana', { ...DEFAULT_PRIVACY, status: 'NOBODY' });
    await bus.publishAccessChange({ kind: 'user', userId: 'ana', mayRevoke: true, deleted: false });
    await shows('ana', 'offline');
  });

  it('makes no request for a change that nobody at Stream may see', async () => {
    const { stream, states, privacy, toldAnew } = await start({ known: ['shy', 'ana'] });
    await toldAnew();
    const requestsOf = (id: string) => stream.requests.filter(({ ids }) => ids.includes(id)).length;
    const settled = (id: string) =>
      vi.waitFor(async () => expect(await states.marks.markedAmong('stream', [id])).toEqual(new Set()));
    privacy.set('shy', { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' });
    privacy.set('ana', { ...DEFAULT_PRIVACY, activity: 'NOBODY' });
    for (const id of ['shy', 'ana']) {
      await states.connect(id);
      await settled(id);
      expect(requestsOf(id)).toBe(1);
    }
    for (const change of [
      () => states.set('shy', 'AWAY'),
      () => states.work('ana', 'Live 12'),
      () => states.end('shy'),
      () => states.connect('shy'),
    ]) {
      await change();
      await settled('shy');
      await settled('ana');
    }
    expect([requestsOf('shy'), requestsOf('ana')]).toEqual([1, 1]);
    await states.set('ana', 'AWAY');
    await settled('ana');
    expect(requestsOf('ana')).toBe(2);
  });

  it('sends what it sent before where another node may have sent meanwhile', async () => {
    const parts = { leaseMs: 300, renewEveryMs: 20, marginMs: 100 };
    const { stream, states, marks, shows, toldAnew } = await start({ known: ['ana'], parts });
    await toldAnew();
    await states.connect('ana');
    await shows('ana', 'online');
    await vi.waitFor(async () => expect(await states.marks.markedAmong('stream', ['ana'])).toEqual(new Set()));
    const taking = vi.spyOn(marks, 'take').mockRejectedValueOnce(unavailable('The store does not answer.'));
    await vi.waitFor(() => expect(taking).toHaveBeenCalled());
    stream.users.set('ana', { id: 'ana', status: 'offline' });
    await states.marks.mark('stream', ['ana']);
    await shows('ana', 'online');
  });

  it('sends what it sent before where everybody is told anew', async () => {
    const { stream, states, shows, toldAnew, tellAnew } = await start({ known: ['ana'] });
    await toldAnew();
    await states.connect('ana');
    await shows('ana', 'online');
    await vi.waitFor(async () => expect(await states.marks.markedAmong('stream', ['ana'])).toEqual(new Set()));
    stream.users.set('ana', { id: 'ana', status: 'offline' });
    await tellAnew();
    await shows('ana', 'online');
  });

  it('shows that somebody left who is deleted, and creates nobody who is', async () => {
    const { stream, states, shows } = await start({ known: ['ana', 'forgotten'] });
    stream.users.set('forgotten', { id: 'forgotten', status: 'online' });
    await states.connect('ana');
    await shows('ana', 'online');
    // Of one there is still a live record.
    const gone = ['ana', 'forgotten', 'unknown'];
    for (const userId of gone) states.deleted.add(userId);
    await states.marks.mark('stream', gone);
    await shows('ana', 'offline');
    await shows('forgotten', 'offline');
    await vi.waitFor(async () => expect(await states.marks.markedAmong('stream', gone)).toEqual(new Set()));
    expect([...stream.users.keys()]).toEqual(['ana', 'forgotten']);
  });

  it('says nothing of Stream where the database cannot be asked', async () => {
    const { states, people, said, shows, counted } = await start({ known: ['ana'] });
    const asked = vi.spyOn(people, 'accessFacts').mockRejectedValueOnce(unavailable('The database does not answer.'));
    await states.connect('ana');
    await shows('ana', 'online');
    expect(asked.mock.calls.length).toBeGreaterThan(1);
    expect(said('Stream is unavailable')).toEqual([]);
    expect(await counted('rollcall_stream_failures_total')).toBe(0);
  });

  it('stops while Stream hangs, and leaves the mark', async () => {
    const { stream, states, stop } = await start({ known: ['ana'] });
    stream.failing(hanging, 100);
    await states.connect('ana');
    await stream.until(({ requests }) => requests.length > 0);
    await Promise.all([stop(), stop()]);
    expect(await states.marks.markedAmong('stream', ['ana'])).toEqual(new Set(['ana']));
  });
});
