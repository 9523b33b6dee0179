import { describe, expect, it, vi } from 'vitest';
import { MAX_WATCHED } from '../../src/fanout/budget.js';
import type { Delivery } from '../../src/fanout/delivery.js';
import { unavailable } from '../../src/presence/errors.js';
import type { Audience } from '../../src/presence/visibility.js';
import type { ActView } from '../../src/social/socialTypes.js';
import { createValve, untilIdle } from '../support/unit/fanout.js';
import { budget, type FakeObject } from '../support/unit/socialFanout.js';
import { createTimelines, heard } from '../support/unit/timelines.js';

const start = async (options: Parameters<typeof createTimelines>[0] = {}) => {
  const f = await createTimelines(options);
  await f.users('me', 'you', 'ann', 'bob', 'cat');
  await f.people.follow('me', 'ann');
  await f.people.follow('you', 'ann');
  return f;
};
type Timelines = Awaited<ReturnType<typeof start>>;
type Step = (f: Timelines) => Promise<unknown>;

describe('a live timeline', () => {
  it('has the acts of those on the roster from its start on, and no others', async () => {
    const f = await start();
    await f.tell('before', 'ann');
    const mine = await f.collect('me');
    await f.tell('post', 'ann', { text: 'hello' });
    await f.tell('foreign', 'bob', { audience: 'EVERYONE' });
    await f.tell('for nobody', 'ann', { audience: 'NOBODY' });
    await f.tell('for mutuals', 'ann', { audience: 'MUTUALS' });
    const events = await mine.news();
    expect(heard(events)).toEqual(['+post']);
    expect(events[0]).toMatchObject({ act: { actorId: 'ann', text: 'hello' }, gone: false });
  });

  it('is one delivery for all who see the act, judged in one query', async () => {
    const f = await start();
    const delivered: Delivery[] = [];
    for (const viewer of ['me', 'you', 'me']) {
      (await f.watch(viewer)).flow({ take: (each) => delivered.push(each) > 0 });
    }
    f.queries.length = 0;
    await f.tell('post', 'ann');
    await untilIdle();
    await f.retract('post');
    await untilIdle();
    expect(f.queries).toEqual(['actFacts post me,you', 'actFacts post me,you']);
    expect(delivered).toHaveLength(6);
    expect(new Set(delivered.map(({ projection }) => projection)).size).toBe(2);
    expect(f.fanout.size()).toMatchObject({ topics: 1, subscriptions: 3 });
  });

  it('tells an act once, however often it is received', async () => {
    const f = await start();
    const mine = await f.collect('me');
    await f.tell('post', 'ann');
    await f.tell('post', 'ann');
    await untilIdle();
    await f.tell('post', 'ann');
    expect(heard(await mine.news())).toEqual(['+post']);
  });

  it('ends what is taken back with nothing but its id, once, and has it again when it is told again', async () => {
    const f = await start();
    const mine = await f.collect('me');
    await f.tell('post', 'ann', { text: 'secret', objectId: 'thing' });
    await untilIdle();
    await f.retract('post');
    await untilIdle();
    await f.retract('post');
    const events = await mine.news();
    expect(heard(events)).toEqual(['+post', '-post']);
    expect(JSON.stringify(events[1])).not.toMatch(/secret|thing|ann/);
    await f.tell('post', 'ann');
    expect(heard(await mine.news())).toEqual(['+post']);
  });

  it('ends what was told before it began and is taken back now, for those alone who could see it', async () => {
    const f = await start();
    await f.people.follow('bob', 'ann');
    await f.people.block('ann', 'bob');
    for (const id of ['post', 'mutuals']) await f.tell(id, 'ann', id === 'post' ? {} : { audience: 'MUTUALS' });
    const [mine, theirs] = [await f.collect('me'), await f.collect('bob')];
    await f.retract('post');
    await f.retract('mutuals');
    expect(heard(await mine.news())).toEqual(['-post']);
    expect(await theirs.news()).toEqual([]);
  });

  describe('names what was taken back to nobody who could not use its object then, though', () => {
    const since: readonly (readonly [string, FakeObject | null, FakeObject | null])[] = [
      ['it is deleted since', { members: ['me'] }, null],
      ['it is open since', { members: ['me'] }, { members: ['me'], open: true }],
      [
        'it is for a wider audience since',
        { members: ['me'], owner: { userId: 'cat', audience: null } },
        { members: ['me'], owner: { userId: 'cat', audience: 'EVERYONE' } },
      ],
    ];
    it.each(since)('%s', async (_, before, after) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      await f.putObject('thing', before);
      const [mine, yours] = [await f.collect('me'), await f.collect('you')];
      await f.tell('post', 'ann', { objectId: 'thing' });
      expect(heard(await mine.news())).toEqual(['+post']);
      valve.hold('actFacts');
      await f.retract('post');
      await f.putObject('thing', after);
      valve.release('actFacts');
      expect(heard(await mine.news())).toEqual(['-post']);
      expect(await yours.news()).toEqual([]);
    });
  });

  describe('names what was taken back to nobody who could not see it then, though', () => {
    const since: readonly (readonly [string, Step, Step])[] = [
      [
        'they joined its object since',
        (f) => f.putObject('thing', { members: ['me'] }),
        (f) => f.putObject('thing', { members: ['me', 'bob'] }),
      ],
      ['they are unblocked since', (f) => f.people.block('ann', 'bob'), (f) => f.people.unblock('ann', 'bob')],
      [
        'they follow the owner of its object since',
        (f) => f.putObject('thing', { owner: { userId: 'cat', audience: 'FOLLOWERS' } }),
        (f) => f.people.follow('bob', 'cat'),
      ],
      ['they follow the actor since', (f) => f.people.unfollow('bob', 'ann'), (f) => f.people.follow('bob', 'ann')],
    ];
    it.each(since)('%s', async (_, before, after) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      await f.people.follow('bob', 'ann');
      await before(f);
      await f.tell('post', 'ann', { objectId: 'thing' });
      const [, theirs] = [await f.collect('me'), await f.collect('bob')];
      valve.hold('actFacts');
      await f.tell('slow', 'ann', { audience: 'MUTUALS' });
      await untilIdle();
      await f.retract('post');
      await after(f);
      await untilIdle();
      const late = await f.collect('bob');
      valve.release('actFacts');
      for (const events of [theirs, late]) expect(heard(await events.news())).not.toContain('-post');
    });
  });

  it('names what was taken back by who does not say how its object was used to those alone who were sent it', async () => {
    const f = await start();
    await f.putObject('thing', { open: true });
    await f.tell('post', 'ann', { objectId: 'thing' });
    await f.tell('other', 'ann', { objectId: 'no conversation' });
    const mine = await f.collect('me');
    await f.tell('sent', 'ann', { objectId: 'thing' });
    expect(heard(await mine.news())).toEqual(['+sent']);
    for (const id of ['post', 'other', 'sent']) await f.retract(id, { older: true });
    expect(heard(await mine.news())).toEqual(['-sent']);
  });

  it('ends what a query showed of an object that is used as it was, or is no conversation', async () => {
    const f = await start();
    await f.putObject('thing', { members: ['me'] });
    await f.tell('post', 'ann', { objectId: 'thing' });
    await f.tell('other', 'ann', { objectId: 'no conversation' });
    const [mine, yours] = [await f.collect('me'), await f.collect('you')];
    for (const id of ['post', 'other']) await f.retract(id);
    expect(heard(await mine.news())).toEqual(['-post', '-other']);
    expect(heard(await yours.news())).toEqual(['-other']);
  });

  it('names nothing that is taken back of a user who does not exist, whoever follows them', async () => {
    const f = await start();
    await f.people.follow('me', 'unknown');
    await f.tell('a', 'ann', { audience: 'EVERYONE' });
    await f.people.deleteUser('ann');
    const mine = await f.collect('me');
    await f.people.follow('me', 'ann');
    await f.tell('b', 'unknown', { audience: 'EVERYONE' });
    await untilIdle();
    for (const id of ['a', 'b']) await f.retract(id);
    expect(await mine.news()).toEqual([]);
  });

  it('keeps the acts of one actor in their order, however long each is judged', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me');
    valve.hold('actFacts');
    for (let i = 0; i < 5; i += 1) await f.tell(`a${i}`, 'ann');
    await untilIdle();
    expect(valve.waiting('actFacts')).toBe(1);
    valve.release('actFacts');
    expect(heard(await mine.news())).toEqual(['+a0', '+a1', '+a2', '+a3', '+a4']);
  });

  it('loses nothing that is told while it starts', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.follow('me', 'bob');
    valve.hold('subscribe');
    const starting = f.collect('me');
    await untilIdle();
    // The bus knows both; the answers wait.
    valve.releaseNext('subscribe');
    valve.releaseNext('subscribe');
    await untilIdle();
    await f.tell('post', 'ann', { audience: 'EVERYONE' });
    await f.tell('other', 'bob');
    await untilIdle();
    valve.release('subscribe');
    expect([...heard(await (await starting).news())].sort()).toEqual(['+other', '+post']);
  });

  describe('names no act that its viewer could not see, whatever they do themselves:', () => {
    const steps: readonly (readonly [string, Step])[] = [
      ['mutes and unmutes the actor who blocks them', (f) => f.mute('me', { kind: 'user', id: 'ann' })],
      ['mutes the object', (f) => f.mute('me', { kind: 'object', id: 'thing' })],
      ['blocks back', (f) => f.people.block('me', 'ann')],
      ['unfollows', (f) => f.people.unfollow('me', 'ann')],
      ['is unfollowed', (f) => f.people.unfollow('ann', 'me')],
      ['blocks the owner of the object', (f) => f.people.block('me', 'bob')],
      ['leaves the object', (f) => f.putObject('thing', { members: [], owner: { userId: 'bob', audience: null } })],
    ];
    it.each(steps)('%s', async (_name, step) => {
      const f = await start();
      await f.people.follow('ann', 'me');
      await f.putObject('thing', { members: ['me'], owner: { userId: 'bob', audience: null } });
      const early = await f.collect('me');
      await f.tell('seen', 'ann', { objectId: 'thing' });
      expect(heard(await early.news())).toEqual(['+seen']);
      await f.people.block('ann', 'me');
      expect(heard(await early.news())).toEqual(['-seen']);
      await f.tell('hidden', 'ann', { objectId: 'thing' });
      const late = await f.collect('me');
      await step(f);
      await untilIdle();
      for (const events of [await early.news(), await late.news()]) expect(heard(events)).not.toContain('-hidden');
    });
  });

  it('is silent about who is muted, whatever else changes', async () => {
    const f = await start();
    await f.mute('me', { kind: 'user', id: 'ann' });
    await f.mute('me', { kind: 'object', id: 'thing' });
    await f.people.follow('me', 'bob');
    for (const [id, actor] of [['a', 'ann'] as const, ['b', 'bob'] as const])
      await f.tell(id, actor, { objectId: 'thing' });
    const mine = await f.collect('me');
    await f.tell('c', 'ann');
    for (const actor of ['ann', 'bob']) await f.people.follow(actor, 'me');
    await f.people.block('bob', 'me');
    await untilIdle();
    await f.unmute('me', { kind: 'object', id: 'thing' });
    expect(await mine.news()).toEqual([]);
  });

  it('follows the roster: who joins brings the latest acts, who leaves takes along what was seen', async () => {
    const f = await start();
    await f.tell('b1', 'bob');
    await f.tell('b2', 'bob');
    await f.tell('hidden', 'bob', { audience: 'MUTUALS' });
    const mine = await f.collect('me');
    await f.people.follow('me', 'bob');
    expect(heard(await mine.news())).toEqual(['+b1', '+b2']);
    await f.tell('b3', 'bob');
    expect(heard(await mine.news())).toEqual(['+b3']);
    await f.people.unfollow('me', 'bob');
    expect([...heard(await mine.news())].sort()).toEqual(['-b1', '-b2', '-b3']);
    await f.tell('b4', 'bob');
    expect(await mine.news()).toEqual([]);
    expect(f.fanout.size().topics).toBe(1);
  });

  it('ends what a query showed of somebody who leaves the roster', async () => {
    const f = await start();
    await f.tell('queried', 'ann');
    await f.tell('never seen', 'ann', { audience: 'MUTUALS' });
    const mine = await f.collect('me');
    await f.people.unfollow('me', 'ann');
    expect(heard(await mine.news())).toEqual(['-queried']);
  });
});

describe('a change of sight', () => {
  const unfollow: Step = (f) => f.people.unfollow('me', 'ann');
  const post = { audience: 'EVERYONE', objectId: 'thing' } as const;
  const changes: readonly [string, Step, Step][] = [
    ['a block of the actor', (f) => f.people.block('me', 'ann'), (f) => f.people.unblock('me', 'ann')],
    ['a block by the actor', (f) => f.people.block('ann', 'me'), (f) => f.people.unblock('ann', 'me')],
    ['a block by the owner of the object', (f) => f.people.block('cat', 'me'), (f) => f.people.unblock('cat', 'me')],
    [
      'muting the actor',
      (f) => f.mute('me', { kind: 'user', id: 'ann' }),
      (f) => f.unmute('me', { kind: 'user', id: 'ann' }),
    ],
    [
      'muting the object',
      (f) => f.mute('me', { kind: 'object', id: 'thing' }),
      (f) => f.unmute('me', { kind: 'object', id: 'thing' }),
    ],
    [
      'leaving the conversation',
      (f) => f.putObject('thing', { members: ['you'] }),
      (f) => f.putObject('thing', { members: ['you', 'me'] }),
    ],
  ];

  const prepared = async (options: Parameters<typeof createTimelines>[0] = {}) => {
    const f = await start(options);
    await f.putObject('thing', { members: ['me', 'you'], owner: { userId: 'cat', audience: null } });
    return f;
  };

  it.each(changes)('by %s ends what was sent, once, and brings it back', async (_, lose, gain) => {
    const f = await prepared();
    const [mine, yours] = [await f.collect('me'), await f.collect('you')];
    await f.tell('post', 'ann', post);
    expect(heard(await mine.news())).toEqual(['+post']);
    await lose(f);
    expect(heard(await mine.news())).toEqual(['-post']);
    await f.tell('while hidden', 'ann', post);
    expect(await mine.news()).toEqual([]);
    await gain(f);
    expect([...heard(await mine.news())].sort()).toEqual(['+post', '+while hidden'].sort());
    expect([...heard(await yours.news())].sort()).toEqual(['+post', '+while hidden'].sort());
  });

  it.each(changes)(
    'by %s ends what the viewer may have queried, and nothing that they could never see',
    async (_, lose) => {
      const f = await prepared();
      await f.tell('queried', 'ann', post);
      await f.tell('never seen', 'ann', { ...post, audience: 'MUTUALS' });
      const mine = await f.collect('me');
      await lose(f);
      expect(heard(await mine.news())).toEqual(['-queried']);
    },
  );

  const losses = [...changes.map(([name, lose]) => [name, lose] as const), ['leaving the roster', unfollow] as const];
  it.each(losses)('by %s names no act that was told after it', async (_, lose) => {
    const valve = createValve();
    const f = await prepared({ gate: valve.gate });
    await f.tell('queried', 'ann', post);
    const mine = await f.collect('me');
    for (const call of ['latestActs', 'latestActsAbout']) valve.hold(call);
    await lose(f);
    await untilIdle();
    await f.tell('later', 'ann', post);
    await untilIdle();
    for (const call of ['latestActs', 'latestActsAbout']) valve.release(call);
    expect(heard(await mine.news())).toEqual(['-queried']);
    expect(f.fanout.size().topics).toBe(lose === unfollow ? 0 : 1);
  });

  it('brings what is in sight as before when its object changes while it is reread', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.putObject('thing', { owner: { userId: 'cat', audience: 'EVERYONE' } });
    await f.mute('me', { kind: 'user', id: 'ann' });
    await f.tell('post', 'ann', post);
    const mine = await f.collect('me');
    valve.hold('latestActs');
    await f.unmute('me', { kind: 'user', id: 'ann' });
    await untilIdle();
    valve.releaseNext('latestActs');
    await untilIdle();
    await f.putObject('thing', { open: true });
    valve.release('latestActs');
    expect(heard(await mine.news())).toEqual(['+post']);
  });

  it('by leaving the roster names no act that was told before that was read', async () => {
    const valve = createValve();
    const f = await prepared({ gate: valve.gate });
    await f.tell('queried', 'ann', post);
    const mine = await f.collect('me');
    valve.hold('roster');
    await unfollow(f);
    await untilIdle();
    await f.tell('later', 'ann', post);
    await untilIdle();
    valve.release('roster');
    expect(heard(await mine.news())).toEqual(['-queried']);
  });

  it('by leaving the roster and coming back brings everything', async () => {
    const valve = createValve();
    const f = await prepared({ gate: valve.gate });
    const mine = await f.collect('me');
    await f.tell('post', 'ann', post);
    await mine.news();
    valve.hold('latestActs');
    await unfollow(f);
    await untilIdle();
    await f.people.follow('me', 'ann');
    await untilIdle();
    valve.release('latestActs');
    await untilIdle();
    await f.tell('later', 'ann', post);
    expect(
      heard(await mine.news())
        .filter((each) => each !== '-post')
        .at(-1),
    ).toBe('+later');
    expect(f.fanout.size().topics).toBe(1);
    await f.people.unfollow('me', 'ann');
    await mine.news();
    expect(f.fanout.size().topics).toBe(0);
  });

  describe('brings nothing that goes out of sight while it is reread, as', () => {
    const meanwhile: readonly (readonly [string, Step])[] = [
      ['it is taken back', (f) => f.retract('post')],
      ['its object is closed', (f) => f.putObject('thing', { members: ['bob'] })],
      ['its object is deleted', (f) => f.deleteObject('thing')],
      ['the owner of its object is deleted', (f) => f.people.deleteUser('cat')],
      ['its actor is deleted', (f) => f.people.deleteUser('ann')],
    ];
    it.each(meanwhile)('%s', async (_, change) => {
      const valve = createValve();
      const f = await start({ gate: valve.gate });
      await f.putObject('thing', { owner: { userId: 'cat', audience: 'EVERYONE' } });
      await f.mute('me', { kind: 'user', id: 'ann' });
      await f.tell('post', 'ann', post);
      const mine = await f.collect('me');
      valve.hold('latestActs');
      await f.unmute('me', { kind: 'user', id: 'ann' });
      await untilIdle();
      // It is read, and answered when it is out of sight; that is not judged yet.
      valve.releaseNext('latestActs');
      await untilIdle();
      valve.hold('actFacts');
      await change(f);
      await untilIdle();
      valve.release('latestActs');
      await untilIdle();
      valve.release('actFacts');
      expect(heard(await mine.news())).not.toContain('+post');
    });
  });

  it.each(changes)('by %s voids the judgement of an act that is under way', async (_, lose) => {
    const valve = createValve();
    const f = await prepared({ gate: valve.gate });
    const mine = await f.collect('me');
    for (const call of ['actFacts', 'latestActs', 'latestActsAbout']) valve.hold(call);
    await f.tell('post', 'ann', post);
    await untilIdle();
    // It was read before the change, and is answered after it.
    valve.releaseNext('actFacts');
    await untilIdle();
    await lose(f);
    for (const call of ['actFacts', 'latestActs', 'latestActsAbout']) valve.release(call);
    expect(heard(await mine.news()).filter((each) => each.startsWith('+'))).toEqual([]);
  });

  it('by the closing of an object that names no viewer ends what was sent', async () => {
    const f = await start();
    await f.putObject('thing', { open: true });
    const mine = await f.collect('me');
    await f.tell('post', 'ann', post);
    expect(heard(await mine.news())).toEqual(['+post']);
    await f.putObject('thing', { members: ['cat'] });
    expect(heard(await mine.news())).toEqual(['-post']);
  });

  describe('of all who may use an object', () => {
    const CLOSED = { members: ['cat'] };
    const ownedBy = (audience: Audience | null) => ({ owner: { userId: 'cat', audience } });
    const widenings: readonly [string, FakeObject | undefined, FakeObject][] = [
      ['being opened', CLOSED, { ...CLOSED, open: true }],
      ['a wider audience of its owner', ownedBy('NOBODY'), ownedBy('FOLLOWERS')],
      ['another owner', { owner: { userId: 'bob', audience: 'FOLLOWERS' } }, ownedBy('FOLLOWERS')],
    ];

    const among = async (before: FakeObject | undefined, options: Parameters<typeof createTimelines>[0] = {}) => {
      const f = await start(options);
      await f.people.follow('me', 'cat');
      if (before) await f.putObject('thing', before);
      return f;
    };

    it.each(widenings)('by %s brings what was told before, to those who see it now', async (_, before, after) => {
      const f = await among(before);
      await f.tell('before', 'ann', post);
      const [mine, yours] = [await f.collect('me'), await f.collect('you')];
      await f.tell('post', 'ann', post);
      await f.tell('for mutuals', 'ann', { ...post, audience: 'MUTUALS' });
      await f.tell('taken back', 'ann', post);
      await f.retract('taken back');
      expect(await mine.news()).toEqual([]);
      await f.putObject('thing', after);
      await untilIdle();
      expect([...heard(await mine.news())].sort()).toEqual(['+before', '+post']);
      expect(heard(await yours.news())).toHaveLength(after.open ? 2 : 0);
    });

    it.each(widenings)(
      'but %s ends what a query showed, and names nothing that was never seen',
      async (_, before, after) => {
        const f = await among(after);
        await f.tell('queried', 'ann', post);
        await f.tell('never seen', 'ann', { ...post, audience: 'MUTUALS' });
        const [mine, yours] = [await f.collect('me'), await f.collect('you')];
        await f.putObject('thing', before!);
        await f.tell('later', 'ann', post);
        expect(heard(await mine.news())).toEqual(['-queried']);
        expect(heard(await yours.news())).toEqual(after.open ? ['-queried'] : []);
      },
    );

    it('by a conversation being made of it ends what everybody saw', async () => {
      const f = await among(undefined);
      await f.tell('queried', 'ann', post);
      const mine = await f.collect('me');
      await f.putObject('thing', CLOSED);
      expect(heard(await mine.news())).toEqual(['-queried']);
    });

    it('names nothing to who joins it with the change, and could not see it before', async () => {
      const f = await among({ members: ['me'], owner: { userId: 'cat', audience: null } });
      await f.people.block('bob', 'you');
      await f.people.block('bob', 'me');
      await f.tell('post', 'ann', post);
      const [mine, yours] = [await f.collect('me'), await f.collect('you')];
      await f.putObject('thing', { members: ['me', 'you'], owner: { userId: 'bob', audience: null } });
      expect(heard(await mine.news())).toEqual(['-post']);
      expect(await yours.news()).toEqual([]);
    });

    it('sends nothing again to those who saw it before, and asks nothing about who nobody here follows', async () => {
      const f = await among(ownedBy('FOLLOWERS'));
      await f.tell('post', 'ann', post);
      await f.tell('foreign', 'bob', post);
      const mine = await f.collect('me');
      f.queries.length = 0;
      await f.putObject('thing', ownedBy('EVERYONE'));
      expect(await mine.news()).toEqual([]);
      expect(f.queries).toEqual(['actsBefore thing', 'actFacts post me', 'actFacts post me before']);
    });

    it('names nothing to who is let see the actor since', async () => {
      const valve = createValve();
      const f = await among({ open: true }, { gate: valve.gate });
      await f.people.block('ann', 'me');
      await f.tell('queried', 'ann', post);
      const [mine, yours] = [await f.collect('me'), await f.collect('you')];
      valve.hold('actsBefore');
      await f.putObject('thing', CLOSED);
      await f.people.unblock('ann', 'me');
      valve.release('actsBefore');
      expect(await mine.news()).toEqual([]);
      expect(heard(await yours.news())).toEqual(['-queried']);
    });

    it('names an act that was told after it to nobody who cannot see it', async () => {
      const valve = createValve();
      const f = await among({ open: true }, { gate: valve.gate });
      await f.tell('queried', 'ann', post);
      const mine = await f.collect('me');
      valve.hold('actsBefore');
      await f.putObject('thing', CLOSED);
      await untilIdle();
      await f.tell('secret', 'ann', post);
      valve.release('actsBefore');
      expect(heard(await mine.news())).toEqual(['-queried']);
    });

    it('voids the judgement of an act that is under way, of who knew nothing of the object', async () => {
      const valve = createValve();
      const f = await among({ open: true }, { gate: valve.gate });
      const mine = await f.collect('me');
      valve.hold('actFacts');
      valve.hold('actsBefore');
      await f.tell('post', 'ann', post);
      await untilIdle();
      valve.releaseNext('actFacts');
      await untilIdle();
      await f.putObject('thing', CLOSED);
      valve.release('actFacts');
      expect(await mine.news()).toEqual([]);
      valve.release('actsBefore');
      expect(heard(await mine.news())).toEqual(['-post']);
    });

    it('is made good when it could not be read', async () => {
      const valve = createValve();
      const f = await among(CLOSED, { gate: valve.gate });
      const mine = await f.collect('me');
      await f.tell('post', 'ann', post);
      await untilIdle();
      valve.fail('actsBefore', unavailable('The database is away.'));
      await f.putObject('thing', { open: true });
      expect(await mine.news()).toEqual([]);
      valve.repair('actsBefore');
      await vi.waitFor(() => expect(heard(mine.events)).toEqual(['+post']), { timeout: 20_000 });
    });

    it('by its deletion ends its acts for those who could use it, and names them to nobody else', async () => {
      const f = await among({ members: ['me'] });
      await f.tell('queried', 'ann', post);
      const [mine, yours] = [await f.collect('me'), await f.collect('you')];
      await f.tell('sent', 'ann', post);
      await f.tell('about nothing', 'ann', { ...post, objectId: 'no conversation' });
      expect(heard(await mine.news())).toEqual(['+sent', '+about nothing']);
      expect(heard(await yours.news())).toEqual(['+about nothing']);
      await f.deleteObject('thing');
      expect([...heard(await mine.news())].sort()).toEqual(['-queried', '-sent']);
      expect(await yours.news()).toEqual([]);
      await f.retract('about nothing');
      expect(heard(await yours.news())).toEqual(['-about nothing']);
    });
  });

  describe('with the owner of an object, whom the viewer does not follow,', () => {
    const shares: readonly (readonly [string, readonly string[]])[] = [
      ['the viewer leaves', ['cat', 'you']],
      ['the owner leaves', ['me', 'you']],
    ];
    const sharing = async (options: Parameters<typeof createTimelines>[0] = {}) => {
      const f = await start(options);
      await f.people.putConversation('chat', ['me', 'cat', 'you'], false);
      await f.putObject('thing', { owner: { userId: 'cat', audience: 'FOLLOWERS' } });
      return f;
    };

    it.each(shares)('as %s what they shared, ends what was sent about it, for them alone', async (_, members) => {
      const f = await sharing();
      const [mine, yours] = [await f.collect('me'), await f.collect('you')];
      await f.tell('post', 'ann', post);
      expect(heard(await mine.news())).toEqual(['+post']);
      await yours.news();
      await f.people.putConversation('chat', members, false);
      expect(heard(await mine.news())).toEqual(['-post']);
      expect(heard(await yours.news())).toEqual(members.includes('cat') ? [] : ['-post']);
    });

    it.each(shares)('as %s what they shared, voids what waits, and what is judged', async (_, members) => {
      const valve = createValve();
      const f = await sharing({ gate: valve.gate });
      const stream = await f.watch('me');
      await f.tell('waits', 'ann', post);
      await untilIdle();
      for (const call of ['actFacts', 'latestActs', 'latestActsAbout']) valve.hold(call);
      await f.tell('judged', 'ann', post);
      await untilIdle();
      valve.releaseNext('actFacts');
      await untilIdle();
      await f.people.putConversation('chat', members, false);
      for (const call of ['actFacts', 'latestActs', 'latestActsAbout']) valve.release(call);
      const events: ActView[] = [];
      stream.flow({ take: ({ projection }) => events.push(projection.viewAt()) > 0 });
      await untilIdle();
      expect(heard(events).filter((each) => each.startsWith('+'))).toEqual([]);
    });

    it.each(shares)('as %s what they shared, voids what is judged of who was sent nothing', async (_, members) => {
      const valve = createValve();
      const f = await sharing({ gate: valve.gate });
      const mine = await f.collect('me');
      valve.hold('actFacts');
      await f.tell('judged', 'ann', post);
      await untilIdle();
      valve.releaseNext('actFacts');
      await untilIdle();
      await f.people.putConversation('chat', members, false);
      valve.release('actFacts');
      expect(heard(await mine.news())).not.toContain('+judged');
    });

    it('as the viewer leaves a crowd, ends what was sent about it', async () => {
      const f = await sharing();
      const crowd = ['cat', ...Array.from({ length: 300 }, (_, i) => `u${i}`)];
      await f.people.putConversation('chat', ['me', ...crowd], false);
      const mine = await f.collect('me');
      await f.tell('post', 'ann', post);
      await mine.news();
      f.queries.length = 0;
      await f.people.putConversation('chat', crowd, false);
      expect(heard(await mine.news())).toEqual(['-post']);
      expect(f.queries.filter((query) => query.startsWith('timeline'))).toEqual([]);
    });

    it('as the viewer joins, brings what was told about it', async () => {
      const f = await sharing();
      await f.people.putConversation('chat', ['cat', 'you'], false);
      await f.tell('post', 'ann', post);
      const mine = await f.collect('me');
      await f.people.putConversation('chat', ['cat', 'you', 'me'], false);
      expect(heard(await mine.news())).toEqual(['+post']);
    });
  });

  it('by the deletion of the owner of an object, whom the viewer does not follow, ends what was sent about it', async () => {
    const f = await start();
    await f.putObject('thing', { members: ['you'], owner: { userId: 'cat', audience: 'EVERYONE' } });
    const [mine, yours] = [await f.collect('me'), await f.collect('you')];
    await f.tell('post', 'ann', post);
    for (const events of [mine, yours]) expect(heard(await events.news())).toEqual(['+post']);
    await f.people.deleteUser('cat');
    expect(heard(await mine.news())).toEqual(['-post']);
    expect(await yours.news()).toEqual([]);
  });

  it('by the deletion of the owner of an object voids the judgement of an act that is under way', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.putObject('thing', { owner: { userId: 'cat', audience: 'EVERYONE' } });
    const mine = await f.collect('me');
    valve.hold('actFacts');
    await f.tell('post', 'ann', post);
    await untilIdle();
    valve.releaseNext('actFacts');
    await untilIdle();
    await f.people.deleteUser('cat');
    valve.release('actFacts');
    expect(await mine.news()).toEqual([]);
  });

  it('by the deletion of an object names nothing that was taken back before it', async () => {
    const f = await start();
    await f.putObject('thing', { open: true });
    for (const id of ['before', 'with it']) await f.tell(id, 'ann', post);
    await f.people.block('ann', 'me');
    await f.retract('before');
    await f.people.unblock('ann', 'me');
    const mine = await f.collect('me');
    await f.deleteObject('thing');
    expect(heard(await mine.news())).toEqual(['-with it']);
  });

  it('ends all that was sent, also what is not among the latest', async () => {
    const f = await start();
    const mine = await f.collect('me');
    const ids = Array.from({ length: 70 }, (_, i) => `a${i}`);
    for (const id of ids) await f.tell(id, 'ann', { audience: 'EVERYONE' });
    await mine.news();
    await f.people.block('ann', 'me');
    expect([...heard(await mine.news())].sort()).toEqual(ids.map((id) => `-${id}`).sort());
  });

  it('voids what waits for a slow reader', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const stream = await f.watch('me');
    await f.tell('a', 'ann', { audience: 'EVERYONE' });
    await f.tell('b', 'ann', { audience: 'EVERYONE' });
    await untilIdle();
    for (const call of ['actFacts', 'latestActs', 'latestActsAbout']) valve.hold(call);
    await f.people.block('ann', 'me');
    await untilIdle();
    const events: ActView[] = [];
    stream.flow({ take: ({ projection }) => events.push(projection.viewAt()) > 0 });
    await untilIdle();
    expect(heard(events).filter((each) => each.startsWith('+'))).toEqual([]);
  });

  it('that touches nothing of what waits lets it be judged again, and it is sent', async () => {
    const f = await start();
    const stream = await f.watch('me');
    await f.tell('a', 'ann', { audience: 'EVERYONE' });
    await untilIdle();
    await f.people.follow('ann', 'me');
    await untilIdle();
    const events: ActView[] = [];
    stream.flow({ take: ({ projection }) => events.push(projection.viewAt()) > 0 });
    await untilIdle();
    expect(heard(events)).toEqual(['+a']);
  });

  it('by a deletion of the actor ends what was sent', async () => {
    const f = await start();
    const mine = await f.collect('me');
    await f.tell('post', 'ann', { audience: 'EVERYONE' });
    await mine.news();
    await f.people.deleteUser('ann');
    expect(heard(await mine.news())).toEqual(['-post']);
  });

  it('of others reads nothing', async () => {
    const f = await start();
    const mine = await f.collect('me');
    await mine.news();
    f.queries.length = 0;
    await f.people.follow('bob', 'cat');
    await f.people.block('you', 'ann');
    await f.people.updatePrivacy('ann', { status: 'NOBODY' });
    await untilIdle();
    expect(f.queries).toEqual([]);
    expect(await mine.news()).toEqual([]);
  });
});

describe('more acts than can be judged', () => {
  /** While the acts of ann that wait are held back, so much happens that nobody can follow, and `meanwhile` something else. */
  const flooded = async (meanwhile: Step = async () => {}) => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.tell('queried', 'ann');
    await f.tell('never seen', 'ann', { audience: 'MUTUALS' });
    const [mine, yours] = [await f.collect('me'), await f.collect('you')];
    for (const id of ['ends', 'stays']) await f.tell(id, 'ann');
    for (const events of [mine, yours]) expect(heard(await events.news())).toEqual(['+ends', '+stays']);
    valve.hold('actFacts');
    await f.tell('slow', 'ann');
    await untilIdle();
    f.queries.length = 0;
    for (let i = 0; i < 600; i += 1) await f.tell(`a${i}`, 'ann');
    await meanwhile(f);
    for (let i = 600; i < 1_200; i += 1) await f.tell(`a${i}`, 'ann');
    valve.release('actFacts');
    await vi.waitFor(() => expect(heard(mine.events).at(-1)).toBe('+a1199'));
    return { f, mine: heard(await mine.news()), yours: heard(await yours.news()) };
  };

  it('cost one reading, however many there are and whoever listens, and the latest are sent', async () => {
    const { f, mine, yours } = await flooded();
    const latest = Array.from({ length: 50 }, (_, i) => `+a${1_150 + i}`);
    expect([mine, yours]).toEqual([
      ['+slow', ...latest],
      ['+slow', ...latest],
    ]);
    expect(f.queries.filter((query) => !query.startsWith('actFacts'))).toEqual([
      'latestActs me ann',
      'factsAbout me 3',
    ]);
    expect(f.queries.filter((query) => query.startsWith('actFacts'))).toHaveLength(1 + latest.length);
  });

  it('leave nothing shown that was taken back meanwhile, and name it to nobody else', async () => {
    const { mine, yours } = await flooded(async (f) => {
      for (const id of ['ends', 'queried', 'never seen']) await f.retract(id);
    });
    for (const events of [mine, yours]) expect(events.filter((each) => each.startsWith('-'))).toEqual(['-ends']);
  });

  it('drop no change of an object that waits', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.putObject('thing', { open: true });
    await f.tell('queried', 'ann', { objectId: 'thing' });
    const mine = await f.collect('me');
    valve.hold('actFacts');
    await f.tell('slow', 'ann');
    await f.putObject('thing', { members: ['cat'] });
    await untilIdle();
    for (let i = 0; i < 600; i += 1) await f.tell(`a${i}`, 'ann');
    valve.release('actFacts');
    await vi.waitFor(() => expect(heard(mine.events).at(-1)).toBe('+a599'));
    expect(heard(mine.events)).toContain('-queried');
  });

  it('of a slow reader, who has them judged again, hold up nobody else', async () => {
    const f = await start();
    await f.people.follow('me', 'bob');
    const stream = await f.watch('me');
    for (let i = 0; i < 300; i += 1) await f.tell(`a${i}`, 'ann', { audience: 'EVERYONE' });
    await untilIdle();
    await f.people.follow('ann', 'me');
    await untilIdle();
    f.queries.length = 0;
    const events: ActView[] = [];
    stream.flow({ take: ({ projection }) => events.push(projection.viewAt()) > 0 });
    await untilIdle();
    expect(heard(events)).toEqual(Array.from({ length: 300 }, (_, i) => `+a${i}`));
    expect(f.queries).toEqual(['factsAbout me 250', 'factsAbout me 50']);
  });
});

describe('when something fails', () => {
  const BROKEN = new Error('It can never be read.');

  it('an act that can never be judged is not sent, ends where it was, and holds up no other', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me');
    await f.tell('sent', 'ann');
    await mine.news();
    for (const id of ['sent', 'new']) valve.fail(`actFacts ${id}`, BROKEN);
    await f.tell('new', 'ann');
    await f.tell('sent', 'ann');
    await f.tell('other', 'ann');
    expect(heard(await mine.news())).toEqual(['-sent', '+other']);
    expect([f.givenUp, f.errors]).toEqual([[BROKEN, BROKEN], []]);
  });

  it('a change of an object that can never be read is given up, and holds up no other', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    for (const id of ['thing', 'other']) {
      await f.putObject(id, { open: true });
      await f.tell(`about ${id}`, 'ann', { objectId: id });
    }
    const mine = await f.collect('me');
    await f.tell('sent', 'ann', { objectId: 'thing' });
    await mine.news();
    valve.fail('actsBefore thing', BROKEN);
    for (const id of ['thing', 'other']) await f.putObject(id, { members: ['cat'] });
    await untilIdle();
    expect([...heard(await mine.news())].sort()).toEqual(['-about other', '-sent']);
    expect(f.givenUp).toEqual([BROKEN]);
  });

  it('a change of one object waits for no other that takes long', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.follow('me', 'bob');
    for (const id of ['popular', 'other']) await f.putObject(id, { members: ['cat'] });
    await f.tell('a', 'ann', { objectId: 'popular' });
    await f.tell('b', 'bob', { objectId: 'other' });
    const mine = await f.collect('me');
    valve.hold('actFacts a');
    await f.putObject('popular', { open: true });
    await untilIdle();
    await f.putObject('other', { open: true });
    expect(heard(await mine.news())).toEqual(['+b']);
    valve.release('actFacts a');
    expect(heard(await mine.news())).toEqual(['+a']);
  });

  it('what a change of sight touches ends where it can never be reread', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.follow('me', 'bob');
    const mine = await f.collect('me');
    for (const [id, actor] of [['a', 'ann'] as const, ['b', 'bob'] as const]) await f.tell(id, actor);
    await mine.news();
    valve.fail('latestActs', BROKEN);
    await f.people.block('ann', 'me');
    expect(heard(await mine.news())).toEqual(['-a']);
    expect([f.givenUp, f.errors]).toEqual([[BROKEN], []]);
  });

  it('an act that is taken back while it is reread is not sent by what was read before', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    await f.people.follow('bob', 'me');
    await f.tell('b', 'bob');
    const mine = await f.collect('me');
    valve.hold('latestActs');
    await f.people.follow('me', 'bob');
    await untilIdle();
    // It is read, and not answered yet.
    valve.releaseNext('latestActs');
    await untilIdle();
    await f.retract('b');
    await untilIdle();
    valve.release('latestActs');
    expect(heard(await mine.news())).not.toContain('+b');
  });

  it('facts that cannot be read deny, and are read again', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me');
    valve.fail('actFacts', unavailable('The database is away.'));
    await f.tell('a', 'ann');
    await f.tell('b', 'ann');
    expect(await mine.news()).toEqual([]);
    expect(f.errors.length).toBeGreaterThan(0);
    valve.repair('actFacts');
    await vi.waitFor(() => expect(heard(mine.events)).toEqual(['+a', '+b']), { timeout: 20_000 });
  });

  it('what a change of sight touches is silent until it could be reread', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me');
    await f.tell('a', 'ann', { audience: 'EVERYONE' });
    await mine.news();
    for (const call of ['actFacts', 'latestActs']) valve.fail(call, unavailable('The database is away.'));
    await f.people.block('ann', 'me');
    await f.tell('b', 'ann', { audience: 'EVERYONE' });
    expect(await mine.news()).toEqual([]);
    for (const call of ['actFacts', 'latestActs']) valve.repair(call);
    await vi.waitFor(() => expect(heard(mine.events)).toContain('-a'), { timeout: 20_000 });
    await untilIdle();
    expect(heard(mine.events).filter((each) => each.startsWith('+'))).toEqual([]);
  });

  it('acts and changes that were missed are found by reading', async () => {
    const f = await start();
    for (const userId of ['bob', 'cat']) await f.people.follow('me', userId);
    const mine = await f.collect('me');
    await f.tell('a', 'ann');
    await f.tell('b', 'bob');
    await mine.news();
    await f.tell('c', 'cat', {}, { lost: true });
    await f.retract('a', { lost: true });
    vi.spyOn(f.bus, 'publishAccessChange').mockImplementation(async () => {});
    await f.people.block('bob', 'me');
    expect(await mine.news()).toEqual([]);
    f.fanout.reread();
    expect([...heard(await mine.news())].sort()).toEqual(['+c', '-a', '-b']);
    const page = await f.page('me');
    expect(page.map(({ id }) => id)).toEqual(['c']);
  });

  it('who blocks or mutes waits for no crowd that rereads', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const crowd = Array.from({ length: 20 }, (_, i) => `fan-${i}`);
    await f.users(...crowd);
    for (const fan of crowd) await f.people.follow(fan, 'ann');
    for (const fan of crowd) await f.collect(fan);
    const [mine, yours] = [await f.collect('me'), await f.collect('you')];
    await f.tell('a', 'ann', { audience: 'EVERYONE' });
    expect(heard([...(await mine.news()), ...(await yours.news())])).toEqual(['+a', '+a']);
    valve.hold('timeline');
    f.fanout.reread();
    await untilIdle();
    await f.mute('me', { kind: 'user', id: 'ann' });
    await f.people.block('ann', 'you');
    await untilIdle();
    f.queries.length = 0;
    valve.release('timeline');
    expect(heard([...(await mine.news()), ...(await yours.news())])).toEqual(['-a', '-a']);
    const order = f.queries.filter((query) => query.startsWith('timeline ')).slice(16);
    expect(order.slice(0, 2)).toEqual(['timeline me', 'timeline you']);
  });

  it('who mutes waits for no crowd that rereads, also where what is read does not hold', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const crowd = Array.from({ length: 40 }, (_, i) => `fan-${i}`);
    await f.users(...crowd);
    for (const fan of crowd) await f.people.follow(fan, 'bob');
    for (const fan of crowd) await f.collect(fan);
    const mine = await f.collect('me');
    await f.tell('a', 'ann');
    await mine.news();
    valve.hold('latestActs');
    await f.mute('me', { kind: 'user', id: 'ann' });
    await untilIdle();
    await f.people.deleteUser('bob');
    await f.tell('a', 'ann');
    await untilIdle();
    valve.releaseNext('latestActs');
    await untilIdle();
    f.queries.length = 0;
    valve.release('latestActs');
    expect(heard(await mine.news())).toEqual(['-a']);
    expect(f.queries.filter((query) => query.startsWith('latestActs ')).slice(0, 20)).toContain('latestActs me ann');
  });

  it('what was told after a loss of sight is named to nobody, where that or the loss was missed', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const [mine, yours] = [await f.collect('me'), await f.collect('you')];
    const publish = vi.spyOn(f.bus, 'publishAccessChange').mockImplementation(async () => {});
    await f.people.unfollow('me', 'ann');
    publish.mockRestore();
    valve.hold('latestActs');
    await f.people.block('ann', 'you');
    await f.tell('heard', 'ann');
    await f.tell('missed', 'ann', {}, { lost: true });
    await untilIdle();
    f.fanout.reread();
    valve.release('latestActs');
    expect([await mine.news(), await yours.news()]).toEqual([[], []]);
    expect(f.fanout.size().topics).toBe(1);
  });

  it('a crowd reads 16 rosters at once, and who follows waits for none of it', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const crowd = Array.from({ length: 40 }, (_, i) => `fan-${i}`);
    await f.users(...crowd);
    for (const fan of [...crowd, 'me', 'you']) await f.collect(fan);
    const roster = vi.spyOn(f.people, 'roster');
    valve.hold('roster');
    f.fanout.reread();
    await untilIdle();
    expect(valve.waiting('roster')).toBe(16);
    await f.people.follow('you', 'bob');
    valve.release('roster');
    await untilIdle();
    const order = roster.mock.calls.filter(([, limit]) => limit === MAX_WATCHED).map(([viewerId]) => viewerId);
    expect(order.slice(16, 17)).toEqual(['you']);
    expect(new Set(order).size).toBe(42);
  });

  it('who left while a crowd reread costs nothing', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const crowd = Array.from({ length: 20 }, (_, i) => `fan-${i}`);
    await f.users(...crowd);
    const streams = [];
    for (const fan of crowd) streams.push(await f.watch(fan));
    valve.hold('timeline');
    f.fanout.reread();
    await untilIdle();
    for (const stream of streams) await stream.return();
    valve.release('timeline');
    await untilIdle();
    expect(f.queries.filter((query) => query.startsWith('timeline '))).toHaveLength(16);
    expect(f.fanout.size()).toEqual({ topics: 0, subscriptions: 0, subjects: 0 });
  });

  it('what is told while all is reread does not have it reread once more', async () => {
    let told = 0;
    const f = await start({
      async gate(call, answered) {
        if (call !== 'timeline' || answered || told === 20) return;
        told += 1;
        await f.tell(`new ${told}`, 'ann');
        await untilIdle();
      },
    });
    const mine = await f.collect('me');
    await f.tell('missed', 'ann', {}, { lost: true });
    f.fanout.reread();
    await vi.waitFor(() => expect(heard(mine.events)).toContain('+missed'));
    await untilIdle();
    expect([...heard(mine.events)].sort()).toEqual(['+missed', '+new 1']);
    expect(f.queries.filter((query) => query === 'timeline me')).toHaveLength(1);
  });

  it('more changes than are remembered are found by reading all', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const mine = await f.collect('me');
    await f.tell('a', 'ann', { audience: 'EVERYONE' });
    await mine.news();
    valve.hold('latestActsAbout');
    await f.people.follow('fan', 'me');
    await untilIdle();
    for (let i = 0; i < 1_000; i += 1) await f.people.follow(`fan-${i}`, 'me');
    await f.people.block('ann', 'me');
    valve.release('latestActsAbout');
    expect(heard(await mine.news())).toEqual(['-a']);
  });

  it('nothing is left of a subscription that ended, or did not start', async () => {
    const valve = createValve();
    const f = await start({ gate: valve.gate });
    const spent = budget();
    const stream = await f.watch('me', spent);
    await f.tell('a', 'ann', { objectId: 'thing' });
    await untilIdle();
    expect(spent.watched).toBe(1);
    expect(f.fanout.size()).toEqual({ topics: 1, subscriptions: 1, subjects: 1 });
    await stream.return();
    await f.tell('b', 'ann');
    valve.fail('subscribe', unavailable('The bus is away.'));
    await expect(f.watch('me', spent)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await untilIdle();
    expect(spent).toEqual(budget());
    expect(f.fanout.size()).toEqual({ topics: 0, subscriptions: 0, subjects: 0 });
    expect(f.bus.size).toBe(0);
  });

  it('a service token has no timeline', async () => {
    const f = await start();
    await expect(f.watch({ kind: 'service', userId: 'host' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('a crowd of acts costs a slow reader 500, the latest; and no memory beyond', async () => {
    const f = await start();
    const stream = await f.watch('me');
    for (let i = 0; i < 1_200; i += 1) {
      await f.tell(`a${i}`, 'ann', { objectId: `o${i}` });
      if (i % 100 === 0) await untilIdle();
    }
    await untilIdle();
    expect(f.fanout.size().subjects).toBeLessThanOrEqual(500);
    const events: ActView[] = [];
    stream.flow({ take: ({ projection }) => events.push(projection.viewAt()) > 0 });
    expect(events.length).toBeLessThanOrEqual(500);
    expect(heard(events).at(-1)).toBe('+a1199');
  });
});

describe('twins', () => {
  it('what presence hides moves no timeline', async () => {
    const worlds = await Promise.all(
      [true, false].map(async (hides) => {
        const f = await start();
        const mine = await f.collect('me');
        f.queries.length = 0;
        await f.tell('a', 'ann');
        await untilIdle();
        if (hides) await f.people.updatePrivacy('ann', { status: 'NOBODY' });
        await f.tell('b', 'ann');
        await f.retract('a');
        return { events: await mine.news(), queries: f.queries };
      }),
    );
    expect(worlds[0]).toEqual(worlds[1]);
  });
});
