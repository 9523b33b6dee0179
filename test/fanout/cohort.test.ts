import { expect, it } from 'vitest';
import type { Subscriber } from '../../src/fanout/cohort.js';
import { PRESENCE, type PresenceTypes } from '../../src/fanout/presenceKind.js';
import { Topic } from '../../src/fanout/topic.js';
import { restoreRecord } from '../../src/presence/record.js';
import { EVERYTHING } from '../../src/presence/visibility.js';
import { NOON } from '../support/unit/builders.js';

const away = () => restoreRecord('ana', { generation: 1, persisted: null });
const live = (revision: number) => ({
  ...away(),
  revision,
  revisions: { status: revision, lastSeen: revision, activity: revision },
  sessions: [{ id: 'tab', device: 'WEB', activities: [] } as never],
});

it('dates an event after what its subscribers hold, also where that was read at a later instant', () => {
  const topic = new Topic(PRESENCE, 'ana', 0, async () => {});
  topic.observe(away(), NOON);
  const cohort = topic.join(EVERYTHING);
  const instants: number[] = [];
  const subscriber: Subscriber<PresenceTypes> = {
    take: ({ asOf }) => instants.push(asOf) > 0,
    detach: () => {
      throw new Error('It can be sent at once.');
    },
  };
  cohort.attach(subscriber, NOON + 500);
  topic.observe(live(NOON + 200));
  expect(instants).toEqual([NOON + 501]);
});
