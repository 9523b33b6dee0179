import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutMessage } from '../../../src/doors/nats/natsEncode.js';
import { createSender } from '../../../src/doors/nats/natsSender.js';
import type { OutKind } from '../../../src/doors/nats/natsSubjects.js';
import type { Pending, ReadAnew } from '../../../src/doors/nats/pendingMessages.js';

/** A sender at a link that a test holds, and what it may read anew. */
const setUp = ({ maxKept = 10 } = {}) => {
  const published: { subject: string; payload: string; id: string }[] = [];
  const dropped: OutKind[] = [];
  const errors: unknown[] = [];
  /** Flushes that the server has not answered. */
  const flushes: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const link = {
    isUp: false,
    refuses: false,
    publish(subject: string, payload: string, id: string) {
      if (link.refuses) throw new Error('too large');
      published.push({ subject, payload, id });
    },
    flush: () => new Promise<void>((resolve, reject) => void flushes.push({ resolve, reject })),
  };
  /** By user, what is read of them; nothing of whoever is left out. */
  const states = new Map<string, string>();
  let reading = async () => {};
  const read = async <P extends Pending>(pending: readonly P[]) => {
    const found = new Map<P, OutMessage>();
    for (const each of pending) {
      const payload = states.get(each.userId);
      const from = each.kind === 'status' ? `${each.from}>` : '';
      if (payload !== undefined) found.set(each, { kind: each.kind, id: payload, payload: `${from}${payload}` });
    }
    await reading();
    return found;
  };
  const reads = { status: read, activity: read, typing: read, notice: read };
  const sender = createSender({
    link,
    prefix: 'eu.',
    readAnew: {
      status: (pending) => reads.status(pending),
      activity: (pending) => reads.activity(pending),
      typing: (pending) => reads.typing(pending),
      notice: (pending) => reads.notice(pending),
    } satisfies ReadAnew,
    maxKept,
    onPublished: () => {},
    onDropped: (kind) => dropped.push(kind),
    onError: (error) => errors.push(error),
  });
  return {
    sender,
    link,
    published,
    dropped,
    errors,
    flushes,
    states,
    reads,
    set reading(next: () => Promise<void>) {
      reading = next;
    },
    up() {
      link.isUp = true;
      sender.up();
    },
    down() {
      link.isUp = false;
      sender.down();
      for (const { reject } of flushes.splice(0)) reject(new Error('disconnected'));
    },
    say(userId: string, payload: string, from: 'online' | 'idle' = 'online') {
      states.set(userId, payload);
      sender.tell({ kind: 'status', userId, from }, { kind: 'status', id: payload, payload });
    },
    payloads: () => published.map(({ payload }) => payload),
  };
};
let under: ReturnType<typeof setUp>;
beforeEach(() => {
  under = setUp();
});
// What cannot be read is tried again for as long as the link is up, also beside the tests that come next.
afterEach(() => {
  under.link.isUp = false;
});
const become = (payloads: readonly string[]) => vi.waitFor(() => expect(under.payloads()).toEqual(payloads));

describe('while NATS is there', () => {
  it('a message goes out at once, under its subject and id', () => {
    under.up();
    under.say('ana', '1');
    expect(under.published).toEqual([{ subject: 'eu.presence.status.changed', payload: '1', id: '1' }]);
  });

  it('what is to be read first goes out as it is then, or not at all', async () => {
    under.up();
    under.states.set('ana', 'typing');
    under.sender.tell({ kind: 'typing', userId: 'ana', conversationId: 'room' }, null);
    under.sender.tell({ kind: 'typing', userId: 'hidden', conversationId: 'room' }, null);
    await become(['typing']);
    expect(under.sender.kept).toBe(0);
  });

  it('what it does not take is dropped, counted and said', () => {
    under.up();
    under.link.refuses = true;
    under.say('ana', '1');
    expect(under.dropped).toEqual(['status']);
    expect(under.errors).toHaveLength(1);
  });

  it('no more is on its way than it has confirmed so much of', async () => {
    under = setUp({ maxKept: 10_000 });
    under.up();
    for (let i = 0; i < 6_000; i += 1) under.say(`user-${i}`, String(i));
    expect(under.published).toHaveLength(5_000);
    expect(under.sender.kept).toBe(1_000);
    while (under.published.length < 6_000) {
      under.flushes.shift()?.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(under.sender.kept).toBe(0);
  });
});

describe('while NATS is away', () => {
  it('the latest of each user waits, and is told as it is then', async () => {
    for (const payload of ['1', '2', '3']) under.say('ana', payload);
    under.say('bo', '1');
    expect(under.published).toEqual([]);
    expect(under.sender.kept).toBe(2);
    under.states.set('ana', '4');
    under.states.delete('bo');
    under.up();
    await become(['online>4']);
    expect(under.sender.kept).toBe(0);
  });

  it('what was before is of the first change that nobody heard of', async () => {
    under.say('ana', '1', 'online');
    under.say('ana', '2', 'idle');
    under.up();
    await become(['online>2']);
  });

  it('there is room for so many of a subject', () => {
    under = setUp({ maxKept: 2 });
    for (const userId of ['a', 'b', 'c', 'a']) under.say(userId, '1');
    expect(under.dropped).toEqual(['status']);
    expect(under.sender.kept).toBe(2);
    under.sender.tell({ kind: 'activity', userId: 'c' }, null);
    expect(under.sender.kept).toBe(3);
  });
});

describe('when the connection breaks', () => {
  it('what was not confirmed is told again, as it is then; what was confirmed is not', async () => {
    under.up();
    under.say('ana', '1');
    under.flushes.shift()!.resolve();
    await under.sender.settled();
    under.say('bo', '1');
    under.say('cy', '1');
    under.down();
    expect(under.sender.kept).toBe(2);
    under.say('cy', '2');
    under.up();
    await become(['1', '1', '1', 'online>1', 'online>2']);
  });

  it('what was read before it broke is read again', async () => {
    under.say('ana', '1');
    under.reading = async () => {
      under.reading = async () => {};
      under.down();
      under.states.set('ana', '2');
      under.up();
    };
    under.up();
    await become(['online>2']);
  });
});

it('what changes while it is read is read once more: never the earlier after the later', async () => {
  under.say('ana', '1');
  under.reading = async () => {
    under.reading = async () => {};
    under.say('ana', '2');
  };
  under.up();
  await become(['online>2']);
});

it('what cannot be read of one subject holds up no other', async () => {
  under.reads.status = async () => {
    throw new Error('a bug');
  };
  under.say('ana', '1');
  under.sender.tell({ kind: 'activity', userId: 'ana' }, null);
  under.up();
  await become(['1']);
});

it('what cannot be read now is told later', async () => {
  let failures = 2;
  under.say('ana', '1');
  under.reading = async () => {
    if (failures-- > 0) throw new Error('the store is away');
  };
  under.up();
  await vi.waitFor(() => expect(under.payloads()).toEqual(['online>1']), { timeout: 20_000 });
  expect(under.errors).toHaveLength(2);
});
