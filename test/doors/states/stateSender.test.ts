import { describe, expect, it } from 'vitest';
import { Refused, TryLater, type UserState } from '../../../src/doors/states/sending.js';
import { unavailable } from '../../../src/presence/errors.js';
import { BRIEF, createFakeConsumer, createStates } from '../../support/unit/stateSenders.js';
import { waitFor } from '../../support/unit/waitFor.js';

const many = (count: number) => Array.from({ length: count }, (_, i) => `user-${String(i).padStart(5, '0')}`);
const refusing = (isPoison: (userId: string) => boolean) => (states: readonly UserState[]) => {
  if (states.some(({ userId }) => isPoison(userId))) throw new Refused('400');
  return {};
};
const shows = (consumer: ReturnType<typeof createFakeConsumer>, states: Record<string, string>) =>
  waitFor(() =>
    expect(Object.fromEntries(Object.keys(states).map((id) => [id, consumer.statusOf(id)]))).toEqual(states),
  );

describe('a sender of states', () => {
  it('tells everybody who is live when it is switched on, and each change afterwards', async () => {
    const states = createStates();
    await states.connect('ana');
    const consumer = createFakeConsumer();
    const { sender, onSent } = await states.start(consumer);
    await shows(consumer, { ana: 'ONLINE' });
    await states.set('ana', 'AWAY');
    await shows(consumer, { ana: 'AWAY' });
    await states.end('ana');
    await shows(consumer, { ana: 'OFFLINE' });
    expect(consumer.latest.get('ana')).toMatchObject({ activities: [], devices: [], lastSeen: expect.any(Number) });
    expect(onSent.mock.calls).toEqual([[1], [1], [1]]);
    await waitFor(() => expect([sender.marked, sender.lagMs]).toEqual([0, 0]));
    expect([...states.toldLive.users]).toEqual([]);
  });

  it('tells fifty thousand who leave at once in five hundred requests', async () => {
    const states = createStates();
    const users = many(50_000);
    const consumer = createFakeConsumer();
    await states.start(consumer);
    for (const userId of users) await states.connect(userId);
    await waitFor(() => expect(consumer.latest.size).toBe(50_000), { timeout: 60_000 });
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    // The first request is held until all have left.
    consumer.answer = async () => {
      await opened;
      return {};
    };
    await states.set(users[0]!, 'AWAY');
    await waitFor(() => expect(consumer.requests.at(-1)?.[0]).toMatchObject({ status: 'AWAY' }));
    await Promise.all(users.map((userId) => states.end(userId)));
    const before = consumer.requests.length;
    isOpen();
    await waitFor(() => expect(states.toldLive.users.size).toBe(0), { timeout: 60_000 });
    const sizes = consumer.requests.slice(before).map((request) => request.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(50_001);
    expect(sizes.length).toBeLessThanOrEqual(502);
    expect([...consumer.latest.values()].every(({ status }) => status === 'OFFLINE')).toBe(true);
  });

  it('has a user in one request at a time, and tells a change meanwhile afterwards', async () => {
    const states = createStates();
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    const consumer = createFakeConsumer(async () => {
      await opened;
      return {};
    });
    await states.start(consumer);
    await states.connect('ana');
    await waitFor(() => expect(consumer.users()).toEqual([['ana']]));
    await states.set('ana', 'AWAY');
    await states.connect('bob');
    await waitFor(() => expect(consumer.users()).toEqual([['ana'], ['bob']]));
    isOpen();
    await shows(consumer, { ana: 'AWAY', bob: 'ONLINE' });
    expect(consumer.users()).toEqual([['ana'], ['bob'], ['ana']]);
  });

  it('tells who changes while it is noted that others changed', async () => {
    const states = createStates();
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    const consumer = createFakeConsumer(async () => {
      await opened;
      return {};
    });
    const taken: string[] = [];
    const takenOf = (userId: string) => taken.filter((each) => each === userId).length;
    let isNoted = false;
    const marks: typeof states.marks = {
      ...states.marks,
      async take(...args) {
        const users = await states.marks.take(...args);
        taken.push(...users);
        return users;
      },
      async mark(...args) {
        await states.marks.mark(...args);
        if (isNoted) return;
        isNoted = true;
        // Before the store has answered, both are taken: one whose mark this is, and one who changes now.
        await states.set('bob', 'AWAY');
        await waitFor(() => expect([takenOf('ana'), takenOf('bob')]).toEqual([3, 2]));
      },
    };
    await states.connect('ana');
    await states.connect('bob');
    await states.start(consumer, { marks });
    await waitFor(() => expect(consumer.users()).toEqual([['ana', 'bob']]));
    await states.set('ana', 'AWAY');
    await waitFor(() => expect(takenOf('ana')).toBe(2));
    isOpen();
    await shows(consumer, { ana: 'AWAY', bob: 'AWAY' });
  });

  it('tries again what failed, the latest state alone, and the very same where nothing changed', async () => {
    const states = createStates();
    let fails = 3;
    const consumer = createFakeConsumer(() => {
      if (fails-- > 0) throw new Error('503');
      return {};
    });
    const { onFailed, onError } = await states.start(consumer);
    await states.connect('ana');
    await shows(consumer, { ana: 'ONLINE' });
    expect(consumer.requests).toHaveLength(4);
    expect(new Set(consumer.requests.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(onFailed).toHaveBeenCalledTimes(3);
    fails = 1;
    consumer.answer = async () => {
      if (fails-- > 0) {
        await states.set('ana', 'DO_NOT_DISTURB');
        throw new Error('503');
      }
      return {};
    };
    await states.set('ana', 'AWAY');
    await shows(consumer, { ana: 'DO_NOT_DISTURB' });
    expect(onError).not.toHaveBeenCalled();
  });

  it('gives up a request without an answer, and tries again', async () => {
    const states = createStates();
    const ended: boolean[] = [];
    const consumer = createFakeConsumer();
    const { send } = consumer;
    consumer.send = (sent, signal) => {
      if (ended.length > 0) return send(sent, signal);
      return new Promise(() => signal.addEventListener('abort', () => ended.push(true)));
    };
    const { onFailed } = await states.start(consumer, { requestMs: 20 });
    await states.connect('ana');
    await shows(consumer, { ana: 'ONLINE' });
    expect(ended).toEqual([true]);
    expect(onFailed).toHaveBeenCalledWith(expect.objectContaining({ message: 'No answer within 20 ms.' }));
  });

  it('waits as long as the consumer asks for', async () => {
    const states = createStates();
    const at: number[] = [];
    const consumer = createFakeConsumer(() => {
      at.push(performance.now());
      if (at.length === 1) throw new TryLater('429', 200);
      return {};
    });
    await states.start(consumer, { backoff: { firstMs: 1, maxMs: 60_000 } });
    await states.connect('ana');
    await shows(consumer, { ana: 'ONLINE' });
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(199);
  });

  it('divides what is refused until the one who is refused stands alone, and tells the others', async () => {
    const states = createStates();
    const consumer = createFakeConsumer(refusing((userId) => userId === 'user-00042'));
    const users = many(100);
    for (const userId of users) await states.connect(userId);
    const { sender } = await states.start(consumer);
    await waitFor(() => expect(consumer.latest.size).toBe(99));
    expect(consumer.requests.length).toBeLessThan(20);
    // Nobody waits for them, and nobody asks for them again meanwhile.
    const before = consumer.requests.length;
    await states.set('user-00042', 'AWAY');
    await states.set('user-00001', 'AWAY');
    await shows(consumer, { 'user-00001': 'AWAY', 'user-00042': undefined as never });
    expect(consumer.users().slice(before)).toEqual([['user-00001']]);
    await waitFor(() => expect(sender.marked).toBe(1));
  });

  it('tells the others where the consumer fails at one user again and again', async () => {
    const states = createStates();
    const consumer = createFakeConsumer((sent) => {
      if (sent.some(({ userId }) => userId === 'user-00042')) throw new Error('500');
      return {};
    });
    for (const userId of many(100)) await states.connect(userId);
    const { sender } = await states.start(consumer);
    await waitFor(() => expect(consumer.latest.size).toBe(99));
    expect(consumer.requests.length).toBeLessThan(25);
    await waitFor(() => expect(sender.marked).toBe(1));
  });

  it('leaves alone who is refused by name, and tries them again later, by themselves', async () => {
    const states = createStates();
    const consumer = createFakeConsumer((sent) => ({
      refused: sent.filter(({ userId }) => userId === 'bob').map(({ userId }) => userId),
    }));
    await states.connect('ana');
    await states.connect('bob');
    await states.start(consumer, { refusedBackoff: { firstMs: 200, maxMs: 400 } });
    await shows(consumer, { ana: 'ONLINE', bob: undefined as never });
    consumer.answer = () => ({});
    await states.set('bob', 'AWAY');
    await shows(consumer, { bob: 'AWAY' });
    expect(consumer.requests.at(-1)).toHaveLength(1);
  });

  it('loses nobody of more who are refused than it remembers', async () => {
    const states = createStates();
    let refuses = true;
    const consumer = createFakeConsumer((sent) => ({
      refused: sent.filter(({ userId }) => refuses && userId !== 'user-00000').map(({ userId }) => userId),
    }));
    for (const userId of many(10)) await states.connect(userId);
    const { sender } = await states.start(consumer, {
      maxRefused: 4,
      refusedBackoff: { firstMs: 100, maxMs: 400 },
    });
    await waitFor(() => expect(sender.marked).toBe(9));
    for (const userId of many(10)) await states.end(userId);
    await shows(consumer, { 'user-00000': 'OFFLINE' });
    refuses = false;
    await shows(consumer, Object.fromEntries(many(10).map((userId) => [userId, 'OFFLINE'])));
    await waitFor(() => expect(sender.marked).toBe(0));
    expect(states.toldLive.users.size).toBe(0);
  });

  it('tells a change that came while a refused user was tried again', async () => {
    const states = createStates();
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    const consumer = createFakeConsumer(async () => {
      if (consumer.requests.length === 1) throw new Refused('400');
      await opened;
      return {};
    });
    await states.start(consumer, { refusedBackoff: { firstMs: 20, maxMs: 40 } });
    await states.connect('ana');
    await waitFor(() => expect(consumer.requests).toHaveLength(2));
    await states.set('ana', 'AWAY');
    await states.connect('bob');
    // Marks that came before this one are taken.
    await waitFor(() => expect(consumer.users().slice(2)).toEqual([['bob']]));
    isOpen();
    await shows(consumer, { ana: 'AWAY', bob: 'ONLINE' });
  });

  it('remembers nobody as refused who was refused under a lease that is lost', async () => {
    const states = createStates();
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    const consumer = createFakeConsumer(async (sent) => {
      if (consumer.requests.length > 1) return {};
      await opened;
      return { refused: sent.map(({ userId }) => userId) };
    });
    let frozen = false;
    const marks = {
      ...states.marks,
      renew: (...args: Parameters<typeof states.marks.renew>) =>
        frozen ? Promise.reject(unavailable('It hangs.')) : states.marks.renew(...args),
    };
    await states.start(consumer, { marks, parts: { leaseMs: 300, renewEveryMs: 20, marginMs: 10 } });
    await states.connect('ana');
    await waitFor(() => expect(consumer.requests).toHaveLength(1));
    frozen = true;
    const other = createFakeConsumer();
    const { sender } = await states.start(other, { awaits: false });
    await shows(other, { ana: 'ONLINE' });
    isOpen();
    await sender.stop();
    frozen = false;
    await states.set('ana', 'AWAY');
    await shows(consumer, { ana: 'AWAY' });
  });

  it('tells the others where batches are refused whole', async () => {
    const states = createStates();
    const consumer = createFakeConsumer(refusing((userId) => userId !== 'ana'));
    await states.start(consumer);
    for (const userId of many(450)) await states.connect(userId);
    await waitFor(() => expect(consumer.requests.length).toBeGreaterThan(80));
    await states.connect('ana');
    await shows(consumer, { ana: 'ONLINE' });
  });

  it('puts nobody off who waits alone while the consumer fails', async () => {
    const states = createStates();
    let fails = true;
    const consumer = createFakeConsumer(() => {
      if (fails) throw new Error('503');
      return {};
    });
    await states.start(consumer);
    await states.connect('ana');
    await waitFor(() => expect(consumer.requests.length).toBeGreaterThan(8));
    fails = false;
    await shows(consumer, { ana: 'ONLINE' });
  });

  it('loses nobody where the consumer refuses everything for a while', async () => {
    const states = createStates();
    const consumer = createFakeConsumer(() => {
      throw new Refused('401');
    });
    for (const userId of many(50)) await states.connect(userId);
    await states.start(consumer);
    await waitFor(() => expect(consumer.requests.length).toBeGreaterThan(50));
    consumer.answer = () => ({});
    await waitFor(() => expect(consumer.latest.size).toBe(50));
  });

  it('tells nothing of who is deleted', async () => {
    const states = createStates();
    const consumer = createFakeConsumer();
    const { sender } = await states.start(consumer);
    await states.connect('ana');
    await shows(consumer, { ana: 'ONLINE' });
    states.deleted.add('ana');
    await states.set('ana', 'AWAY');
    await waitFor(() => expect(states.toldLive.users.size).toBe(0));
    await waitFor(async () => expect(await states.marks.markedAmong('webhook', ['ana'])).toEqual(new Set()));
    await waitFor(() => expect(sender.marked).toBe(0));
    expect(consumer.requests).toHaveLength(1);
  });

  it('tells that somebody is OFFLINE who was never seen: what is known of them is of a former life', async () => {
    const states = createStates();
    const consumer = createFakeConsumer();
    await states.start(consumer);
    states.known.has = () => false;
    await states.marks.mark('webhook', ['ana']);
    await shows(consumer, { ana: 'OFFLINE' });
    expect(consumer.latest.get('ana')).toMatchObject({ lastSeen: null, asOf: expect.any(Number) });
  });

  it('tells who left while everything was lost, after a restart with an empty store', async () => {
    const states = createStates();
    await states.toldLive.port.add('webhook', ['ana', 'bob']);
    await states.connect('bob');
    const consumer = createFakeConsumer();
    await states.start(consumer);
    await shows(consumer, { ana: 'OFFLINE', bob: 'ONLINE' });
    await waitFor(() => expect([...states.toldLive.users]).toEqual(['bob']));
  });

  it('notes that somebody is told to be live before it tells so', async () => {
    const states = createStates();
    const noted: boolean[] = [];
    const consumer = createFakeConsumer((sent) => {
      noted.push(sent.every(({ userId }) => states.toldLive.users.has(userId)));
      return {};
    });
    await states.start(consumer);
    await states.connect('ana');
    await shows(consumer, { ana: 'ONLINE' });
    expect(noted).toEqual([true]);
  });

  it('tells again what another node may have overtaken, where its lease is lost', async () => {
    const states = createStates();
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    const consumer = createFakeConsumer(async () => {
      await opened;
      return {};
    });
    let frozen = false;
    // A node that does not come to renew, and whose lease runs out.
    const marks = {
      ...states.marks,
      renew: (...args: Parameters<typeof states.marks.renew>) =>
        frozen ? Promise.reject(unavailable('It hangs.')) : states.marks.renew(...args),
    };
    await states.start(consumer, { marks, parts: { leaseMs: 300, renewEveryMs: 20, marginMs: 10 } });
    await states.connect('ana');
    await waitFor(() => expect(consumer.requests).toHaveLength(1));
    frozen = true;
    const other = createFakeConsumer();
    await states.start(other, { awaits: false });
    await shows(other, { ana: 'ONLINE' });
    isOpen();
    await waitFor(() => expect(other.requests).toHaveLength(2));
  });

  it.each(['take', 'told'] as const)(
    'finds what it took again where the store did not answer to %s',
    async (method) => {
      const states = createStates();
      let failures = 0;
      const marks = {
        ...states.marks,
        async [method](...args: never[]) {
          const answer = await (states.marks[method] as (...all: never[]) => Promise<unknown>)(...args);
          // Of what was taken nobody hears; what was told is still marked.
          const isMet = method === 'told' || (answer as string[]).includes('ana');
          if (isMet && failures++ === 0) {
            if (method === 'told') await states.marks.mark('webhook', ['ana']).then(() => states.marks.take(...taken));
            throw unavailable('No answer.');
          }
          return answer;
        },
      };
      let taken: Parameters<typeof states.marks.take> = [{ consumer: 'webhook', part: 0, holder: '' }, 1];
      const renew: typeof states.marks.renew = (part, times) => {
        taken = [part, 1];
        return states.marks.renew(part, times);
      };
      const consumer = createFakeConsumer();
      const { onError, sender } = await states.start(consumer, {
        marks: { ...marks, renew },
        parts: { leaseMs: 300, renewEveryMs: 10, marginMs: 5 },
      });
      await states.connect('ana');
      await shows(consumer, { ana: 'ONLINE' });
      await waitFor(async () => expect(await states.marks.markedAmong('webhook', ['ana'])).toEqual(new Set()));
      await waitFor(() => expect(sender.marked).toBe(0));
      expect(onError).toHaveBeenCalledTimes(1);
    },
  );

  it('sends nothing while the users cannot be read, and goes on afterwards', async () => {
    const states = createStates();
    let fails = true;
    const read: typeof states.readRecords = async (userIds) => {
      if (fails) throw unavailable('Not now.');
      return states.readRecords(userIds);
    };
    const consumer = createFakeConsumer();
    const { onError, onFailed } = await states.start(consumer, { read });
    await states.connect('ana');
    await waitFor(() => expect(onError).toHaveBeenCalled());
    fails = false;
    await shows(consumer, { ana: 'ONLINE' });
    expect(onFailed).not.toHaveBeenCalled();
  });

  it('waits shortly where its own database fails, however long it waits for the consumer', async () => {
    const states = createStates();
    let isAway = false;
    const read: typeof states.readRecords = (userIds) =>
      isAway ? Promise.reject(unavailable('away')) : states.readRecords(userIds);
    const consumer = createFakeConsumer();
    const { onError } = await states.start(consumer, { read, backoff: { firstMs: 3_600_000, maxMs: 3_600_000 } });
    isAway = true;
    await states.connect('ana');
    await waitFor(() => expect(onError).toHaveBeenCalled());
    isAway = false;
    await shows(consumer, { ana: 'ONLINE' });
  });

  it('stops amid a request, and leaves the user marked for the next sender', async () => {
    const states = createStates();
    const consumer = createFakeConsumer();
    consumer.send = (sent, signal) => {
      consumer.requests.push(sent);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    };
    const { sender, onFailed } = await states.start(consumer);
    await states.connect('ana');
    await waitFor(() => expect(consumer.requests).toHaveLength(1));
    await sender.stop();
    await sender.stop();
    expect(onFailed).not.toHaveBeenCalled();
    const next = createFakeConsumer();
    await states.start(next, { awaits: false, parts: { ...BRIEF.parts!, leaseMs: 60_000 } });
    await shows(next, { ana: 'ONLINE' });
  });
});
