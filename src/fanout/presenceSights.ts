/** What viewers may see of users: facets, by the access facts of each pair. See docs/design.md#who-sees-what. */
import type { ReadAlike } from '../node/recordReader.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessReader } from '../presence/ports/access.js';
import { facetsFor } from '../presence/visibility.js';
import type { PresenceTypes } from './presenceKind.js';
import type { Topic } from './topic.js';
import type { TopicRegistry } from './topicRegistry.js';
import type { Sights } from './visibilityChanges.js';

export const createPresenceSights = ({
  people,
  readAlike,
  topics,
}: {
  readonly people: Pick<AccessReader, 'accessFacts' | 'accessFactsToWatch'>;
  readonly readAlike: ReadAlike;
  readonly topics: TopicRegistry<Topic<PresenceTypes>>;
}): Sights<PresenceTypes> => ({
  async read(watchers, starting) {
    const accessFactsOf = starting ? people.accessFacts : people.accessFactsToWatch;
    const userIds = [...new Set(watchers.map(({ key }) => key))];
    const { nowOf, records, accessFacts } = await readAlike(userIds, () =>
      accessFactsOf(watchers.map(({ viewer, key }) => ({ viewerId: viewer.userId, userId: key }))),
    );
    for (const record of records.values()) topics.get(record.userId)?.observe(record, nowOf(record.userId));
    return ({ viewer, key }) => ({
      sight: facetsFor(viewer, key, accessFacts.get(pairKey(viewer.userId, key))),
      now: nowOf(key),
    });
  },
  userOf: (key) => key,
  topicsOf(change) {
    const topic = change.kind === 'user' ? topics.get(change.userId) : undefined;
    return topic ? [topic] : [];
  },
});
