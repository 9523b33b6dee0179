import { describe, expect, it } from 'vitest';
import { Group } from '../../src/fanout/cohort.js';
import type { Told } from '../../src/fanout/delivery.js';
import { Outbox } from '../../src/fanout/outbox.js';
import { Topic } from '../../src/fanout/topic.js';
import { Interest, type InterestOwner } from '../../src/fanout/watcher.js';
import type { PresenceRecord } from '../../src/presence/types.js';
import { EVERYTHING } from '../../src/presence/visibility.js';
import { message, NOON, record, session } from '../support/builders.js';

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

/** One who watches, in step with the others. */
const watch = (topic: Topic) => {
  const told: Told[] = [];
  const group = topic.join(EVERYTHING);
  group.admit({ take: (each) => told.push(each) > 0, fallOut: () => {} }, 0);
  return { told, group };
};

/** One who watches apart from the others, and is told what is owed when it is asked for. */
const watchApart = (topic: Topic, readAt: number) => {
  const outbox = new Outbox<Parameters<InterestOwner['outbox']['put']>[0], Told>({
    judge: (owed) => owed.interest.judge(owed),
    collapse: (waiting) => waiting,
    onReturn: () => {},
  });
  const owner: InterestOwner = {
    viewer: { kind: 'user', userId: 'bo' },
    outbox,
    fallIn: () => {},
    take: () => true,
    fallOut: () => {},
  };
  const interest = new Interest(owner, topic);
  interest.begin(EVERYTHING, readAt, true);
  return { interest, next: async (): Promise<Told> => (await outbox.next()).value };
};

describe('an event', () => {
  it('shows nothing that ended by the commit that it is of, which came later than it was decided', () => {
    const topic = new Topic('ana', 0, async () => {});
    topic.learn(at(NOON), NOON);
    const { told } = watch(topic);
    const activities = playing(NOON + 20);
    topic.learn(at(NOON + 20, { chosen: 'AWAY', message: message({ expiresAt: NOON + 19 }), sessions: [activities] }));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ asOf: NOON + 20, shown: { content: { status: 'AWAY', statusMessage: null } } });
    expect(told[0]?.shown.content.activities.map(({ name }) => name)).toEqual(['Go']);
  });

  it('is none where that was all there was to it', () => {
    const topic = new Topic('ana', 0, async () => {});
    topic.learn(at(NOON), NOON);
    const { told } = watch(topic);
    topic.learn(at(NOON + 20, { message: message({ expiresAt: NOON + 20 }) }));
    topic.learn(at(NOON + 21));
    expect(told).toEqual([]);
  });

  it('shows nothing that ended by when it is true, where that is later for those who were told more', () => {
    const topic = new Topic('ana', 0, async () => {});
    topic.learn(at(NOON), NOON);
    const { told, group } = watch(topic);
    group.admit({ take: () => true, fallOut: () => {} }, NOON + 30);
    topic.learn(at(NOON + 10, { chosen: 'AWAY', message: message({ expiresAt: NOON + 31 }) }));
    expect(told).toMatchObject([{ asOf: NOON + 31, shown: { content: { statusMessage: null } } }]);
  });

  it('shows nothing that ended by the reading that it comes of', async () => {
    const topic = new Topic('ana', 0, async () => {});
    topic.learn(at(NOON, { message: message({ expiresAt: NOON + 30 }) }));
    expect(await watchApart(topic, NOON + 29).next()).toMatchObject({
      asOf: NOON + 29,
      shown: { content: { statusMessage: message({ expiresAt: NOON + 30 }) } },
    });
    expect(await watchApart(topic, NOON + 30).next()).toMatchObject({
      asOf: NOON + 30,
      shown: { content: { statusMessage: null } },
    });
  });

  it('shows what has not ended', () => {
    const topic = new Topic('ana', 0, async () => {});
    topic.learn(at(NOON), NOON);
    const { told } = watch(topic);
    topic.learn(at(NOON + 20, { message: message({ expiresAt: NOON + 21 }) }));
    expect(told).toMatchObject([{ asOf: NOON + 20, shown: { content: { statusMessage: { expiresAt: NOON + 21 } } } }]);
    expect(new Group(topic, EVERYTHING).shown()?.content.statusMessage).not.toBeNull();
  });
});
