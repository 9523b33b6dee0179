/** The marks of users whose state a consumer has yet to be told: one set in each shard. See docs/architecture.md. */
import type { StateConsumer, StateMarks } from '../../presence/ports/stateMarks.js';
import { inShards } from './inShards.js';
import type { Keys } from './keys.js';
import { oneEach } from './replies.js';
import type { Redises } from './scripts.js';

/** Users of one script. */
const AT_ONCE = 1_000;

export const createRedisStateMarks = ({
  redises,
  keys,
}: {
  readonly redises: Redises;
  readonly keys: Keys;
}): StateMarks => {
  /** In which epoch everybody is to be told anew, as the last renewal found it, by consumer and part. */
  const anewIn = new Map<string, string>();
  /** The same as it was when marking everybody began: what the store lost since is marked once more. */
  const begunIn = new Map<string, string>();
  const nameOf = (consumer: StateConsumer, part: number) => `${consumer} ${part}`;

  const markEach = async (consumer: StateConsumer, userIds: readonly string[], isChange: 0 | 1): Promise<void> => {
    await Promise.all(
      inShards(keys, userIds, AT_ONCE).map(({ keys: { stateMarks }, ids }) =>
        redises.run('stateMark', [stateMarks(consumer)], [isChange, ...ids]),
      ),
    );
  };

  return {
    parts: keys.shards,
    partOf: keys.shardOf,

    async renew({ consumer, part, holder }, { forMs, leaseMs }) {
      const { shard, stateLease, stateMarks } = keys.of(part);
      const [holds, anew, marked, oldestMs] = await redises.run(
        'stateRenew',
        [shard, stateLease(consumer), stateMarks(consumer)],
        [consumer, holder, forMs, leaseMs],
      );
      anewIn.set(nameOf(consumer, part), String(anew));
      return { holds: holds === 1, anew: anew !== '', marked: Number(marked), oldestMs: Number(oldestMs) };
    },

    async release({ consumer, part, holder }) {
      await redises.run('stateRelease', [keys.of(part).stateLease(consumer)], [holder]);
    },

    async markLive({ consumer, part }) {
      const { shard, stateMarks, live } = keys.of(part);
      const name = nameOf(consumer, part);
      begunIn.set(name, anewIn.get(name) ?? '');
      for (let from = '-'; from !== ''; ) {
        const [last] = await redises.run(
          'stateAnew',
          [shard, stateMarks(consumer), live],
          [consumer, '', from, AT_ONCE],
        );
        from = last === undefined ? '' : `(${last}`;
      }
    },

    mark: (consumer, userIds) => markEach(consumer, userIds, 1),
    markBehind: (consumer, userIds) => markEach(consumer, userIds, 0),

    async toldAnew({ consumer, part }) {
      const epoch = begunIn.get(nameOf(consumer, part)) ?? '';
      if (epoch === '') return;
      const { shard, stateMarks, live } = keys.of(part);
      await redises.run('stateAnew', [shard, stateMarks(consumer), live], [consumer, epoch]);
    },

    async take({ consumer, part, holder }, limit) {
      const { stateLease, stateMarks } = keys.of(part);
      const taken = await redises.run('stateTake', [stateLease(consumer), stateMarks(consumer)], [holder, limit]);
      return taken.map(String);
    },

    async told({ consumer, part, holder }, userIds) {
      const { stateLease, stateMarks } = keys.of(part);
      const [held] = await redises.run('stateTold', [stateLease(consumer), stateMarks(consumer)], [holder, ...userIds]);
      return held === 1;
    },

    async postpone({ consumer, part, holder }, waits) {
      const { stateLease, stateMarks } = keys.of(part);
      const args = [...waits].flatMap(([userId, ms]) => [userId, Math.ceil(ms)]);
      const [held] = await redises.run(
        'statePostpone',
        [stateLease(consumer), stateMarks(consumer)],
        [holder, ...args],
      );
      return held === 1;
    },

    async markedAmong(consumer, userIds) {
      const found = await Promise.all(
        inShards(keys, userIds, AT_ONCE).map(async ({ keys: { stateMarks }, ids }) => {
          const scores = await redises.ask((client) => client.zmscore(stateMarks(consumer), ...ids));
          return oneEach(ids, scores).flatMap((score, i) => (score === null ? [] : [ids[i]!]));
        }),
      );
      return new Set(found.flat());
    },
  };
};
