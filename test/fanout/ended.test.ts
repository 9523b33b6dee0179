import { describe, expect, it } from 'vitest';
import { Cohort } from '../../src/fanout/cohort.js';
import type { Delivery, Projection } from '../../src/fanout/delivery.js';
import { Outbox } from '../../src/fanout/outbox.js';
import { PRESENCE, type PresenceTypes } from '../../src/fanout/presenceKind.js';
import { Topic } from '../../src/fanout/topic.js';
import { type Pending, Watcher, type WatcherOwner } from '../../src/fanout/watcher.js';
import type { PresenceRecord } from '../../src/presence/types.js';
import { EVERYTHING } from '../../src/presence/visibility.js';
import { message, NOON, record, session } from '../support/unit/builders.js';

type PresenceDelivery = Delivery<Projection<PresenceTypes>>;

const at = (revision: number, changes: Partial<PresenceRecord> = {}): PresenceRecord =>
  record({
    revision,
    revisions: { status: revision, lastSeen: revision, activity: revision },
    sessions: [session()],
    ...changes,
  });

const playing = (expiresAt: number) =>
  session({
    activities: [
      { type: 'PLAYING', name: 'Go', details: null, startedAt: NOON, startedAtGiven: true, expiresAt: null },
      { type: 'IN_CALL', name: 'Call', details: null, startedAt: NOON, startedAtGiven: true, expiresAt },
    ],
  });

/** A synced member of a cohort. */
const syncedMember = (topic: Topic<PresenceTypes>) => {
  const delivered: PresenceDelivery[] = [];
  const cohort = topic.join(EVERYTHING);
  cohort.attach({ take: (each) => delivered.push(each) > 0, detach: () => {} }, 0);
  return { delivered, cohort };
};

/** An individually tracked watcher, whose reader iterates. */
const trackedWatcher = (topic: Topic<PresenceTypes>, readAt: number) => {
  const outbox = new Outbox<Pending<PresenceTypes>, PresenceDelivery>({
    authorize: (pending) => pending.watcher.authorize(pending),
    collapse: (waiting) => waiting,
    onReturn: () => {},
  });
  const owner: WatcherOwner<PresenceTypes> = {
    viewer: { kind: 'user', userId: 'bo' },
    outbox,
    attach: () => {},
    take: () => true,
    detach: () => {},
  };
  const watcher = new Watcher(owner, topic);
  watcher.start(EVERYTHING, readAt, true);
  return { watcher, next: async (): Promise<PresenceDelivery> => (await outbox.next()).value };
};

describe('an event', () => {
  it('shows nothing that expired by its commit, which came later than the decision', () => {
    const topic = new Topic(PRESENCE, 'ana', 0, async () => {});
    topic.observe(at(NOON), NOON);
    const { delivered } = syncedMember(topic);
    const activities = playing(NOON + 20);
    topic.observe(
      at(NOON + 20, { chosen: 'AWAY', message: message({ expiresAt: NOON + 19 }), sessions: [activities] }),
    );
    expect(delivered).toHaveLength(1);
    expect(delivered[0]).toMatchObject({
      asOf: NOON + 20,
      projection: { content: { status: 'AWAY', statusMessage: null } },
    });
    expect(delivered[0]?.projection.content.activities.map(({ name }) => name)).toEqual(['Go']);
  });

  it('is left out where the expired content was its only change', () => {
    const topic = new Topic(PRESENCE, 'ana', 0, async () => {});
    topic.observe(at(NOON), NOON);
    const { delivered } = syncedMember(topic);
    topic.observe(at(NOON + 20, { message: message({ expiresAt: NOON + 20 }) }));
    topic.observe(at(NOON + 21));
    expect(delivered).toEqual([]);
  });

  it('shows nothing that expired by its asOf, where that is later than the commit', () => {
    const topic = new Topic(PRESENCE, 'ana', 0, async () => {});
    topic.observe(at(NOON), NOON);
    const { delivered, cohort } = syncedMember(topic);
    cohort.attach({ take: () => true, detach: () => {} }, NOON + 30);
    topic.observe(at(NOON + 10, { chosen: 'AWAY', message: message({ expiresAt: NOON + 31 }) }));
    expect(delivered).toMatchObject([{ asOf: NOON + 31, projection: { content: { statusMessage: null } } }]);
  });

  it('shows nothing that expired by the reading it comes from', async () => {
    const topic = new Topic(PRESENCE, 'ana', 0, async () => {});
    topic.observe(at(NOON, { message: message({ expiresAt: NOON + 30 }) }));
    expect(await trackedWatcher(topic, NOON + 29).next()).toMatchObject({
      asOf: NOON + 29,
      projection: { content: { statusMessage: message({ expiresAt: NOON + 30 }) } },
    });
    expect(await trackedWatcher(topic, NOON + 30).next()).toMatchObject({
      asOf: NOON + 30,
      projection: { content: { statusMessage: null } },
    });
  });

  it('shows what has not expired', () => {
    const topic = new Topic(PRESENCE, 'ana', 0, async () => {});
    topic.observe(at(NOON), NOON);
    const { delivered } = syncedMember(topic);
    topic.observe(at(NOON + 20, { message: message({ expiresAt: NOON + 21 }) }));
    expect(delivered).toMatchObject([
      { asOf: NOON + 20, projection: { content: { statusMessage: { expiresAt: NOON + 21 } } } },
    ]);
    expect(new Cohort(topic, EVERYTHING).projection()?.content.statusMessage).not.toBeNull();
  });
});
