import { describe, expect, it, vi } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import type { AccessChange } from '../../src/presence/ports/bus.js';
import type { LiveStore, People } from '../../src/presence/ports/stores.js';
import { NOON } from '../support/unit/builders.js';
import { host, setUpPresence, user } from './serviceUnderTest.js';

const ana = user('ana');
const bo = user('bo');
interface Relating {
  readonly people: People;
}

/** ana and bo are live and members of `room`; cy is live and is not; `plaza` is open and nobody's. */
const setUpRoom = async (options: Parameters<typeof setUpPresence>[0] = {}) => {
  const under = setUpPresence(options);
  under.people.conversations.set('room', { open: false, members: ['ana', 'bo'] });
  under.people.conversations.set('plaza', { open: true, members: [] });
  for (const id of ['ana', 'bo', 'cy']) await under.connect(id);
  const types = (who = ana, isTyping = true, sessionId?: string, conversationId = 'room') =>
    under.presence.setTyping(who, { conversationId, isTyping, ...(sessionId !== undefined && { sessionId }) });
  return {
    ...under,
    types,
    seenBy: async (who = bo, conversationId = 'room') =>
      (await under.presence.typing(who.viewer, conversationId)).map(({ userId }) => userId),
  };
};

describe('the typing of a conversation', () => {
  it('is set and read by its members', async () => {
    const { types, presence } = await setUpRoom();
    const typing = { conversationId: 'room', userId: 'ana', isTyping: true, expiresAt: NOON + 5_000 };
    expect(await types()).toEqual(typing);
    expect(await presence.typing(bo.viewer, 'room')).toEqual([typing]);
    expect(await presence.typingAmong(bo.viewer, ['ana', 'bo', 'cy'])).toEqual(new Set(['ana']));
    expect(await types(ana, false)).toEqual({ ...typing, isTyping: false, expiresAt: null });
    expect(await presence.typing(bo.viewer, 'room')).toEqual([]);
  });

  it('is told to who listens at its start, and never of who hides meanwhile', async () => {
    let meanwhile = async () => {};
    const { types, typingStarts, presence } = await setUpRoom({
      store: (store) => ({
        ...store,
        async startTyping(entry) {
          const started = await store.startTyping(entry);
          await meanwhile();
          return started;
        },
      }),
    });
    for (let time = 0; time < 2; time += 1) await types();
    expect(typingStarts).toEqual(['ana in room']);
    meanwhile = async () => void (await presence.setPresence(bo, { status: 'INVISIBLE' }));
    for (let time = 0; time < 2; time += 1) await types(bo);
    expect(typingStarts).toEqual(['ana in room']);
  });

  it('is to everybody else that of a missing conversation', async () => {
    const { types, presence, store } = await setUpRoom();
    const answers: unknown[] = [];
    for (const conversationId of ['room', 'no room', '__proto__']) {
      for (const call of [
        types(user('cy'), true, undefined, conversationId),
        types(user('cy'), false, undefined, conversationId),
        presence.typing(user('cy').viewer, conversationId),
      ]) {
        answers.push(await call.catch((error: unknown) => error));
      }
    }
    expect(answers[0]).toMatchObject({ code: 'NOT_FOUND' });
    for (const answer of answers) expect(String(answer)).toBe(String(answers[0]));
    expect(await store.typing(['room'])).toEqual([]);
    // A member of none, which is told why.
    const refusal = { code: 'NOT_FOUND', message: expect.stringContaining('use the token of a user') };
    for (const id of ['room', 'no room']) await expect(presence.typing(host.viewer, id)).rejects.toMatchObject(refusal);
  });

  it('counts the typists shown: a blocked typist spends no allowance that would reveal them', async () => {
    const { types, seenBy, people, limits } = await setUpRoom();
    const costOf = async () => {
      const before = limits.read;
      await seenBy(bo, 'plaza');
      return limits.read - before;
    };
    await types(user('cy'), true, undefined, 'plaza');
    const cost = await costOf();
    people.block('ana', 'bo');
    await types(ana, true, undefined, 'plaza');
    expect(await costOf()).toBe(cost);
    expect(cost).toBe(1);
  });

  it('of an open one is set and read by any user, and does not show in isTyping between strangers', async () => {
    const { types, seenBy, presence } = await setUpRoom();
    await types(user('cy'), true, undefined, 'plaza');
    expect(await seenBy(bo, 'plaza')).toEqual(['cy']);
    expect(await presence.typingAmong(bo.viewer, ['cy'])).toEqual(new Set());
  });

  it('is hidden by a block between the two only', async () => {
    const { types, seenBy, people, presence } = await setUpRoom();
    people.conversations.set('room', { open: false, members: ['ana', 'bo', 'cy'] });
    await types();
    people.block('ana', 'bo');
    expect(await seenBy(bo)).toEqual([]);
    expect(await presence.typingAmong(bo.viewer, ['ana'])).toEqual(new Set());
    expect(await seenBy(user('cy'))).toEqual(['ana']);
  });

  it('is of two devices while either types', async () => {
    const { types, seenBy, typingHeardIn } = await setUpRoom();
    const answered = await typingHeardIn('room');
    await types(ana, true, 'tab');
    await types(ana, true, 'phone');
    expect((await types(ana, false, 'tab')).isTyping).toBe(true);
    expect(await seenBy()).toEqual(['ana']);
    expect((await types(ana, false, 'phone')).isTyping).toBe(false);
    expect(answered.map(({ isTyping }) => isTyping)).toEqual([true, false]);
  });

  it('is of the session of its connection where none is named', async () => {
    const { types, seenBy, presence } = await setUpRoom();
    await presence.connect({ userId: 'ana', connectionId: 'n/2', sessionId: 'phone', device: null });
    await types(user('ana', 'n/ana'));
    await types(user('ana', 'n/2'), false);
    expect(await seenBy()).toEqual(['ana']);
    await types(user('ana', 'n/ana'), false);
    expect(await seenBy()).toEqual([]);
  });

  it('ends by itself after the timeout since the last refresh, with one stop', async () => {
    const { types, wait, typingHeardIn } = await setUpRoom();
    const answered = await typingHeardIn('room');
    await types();
    await wait(4_000);
    await types();
    await wait(4_999);
    expect(answered.map(({ isTyping }) => isTyping)).toEqual([true]);
    await wait(1);
    expect(answered.map(({ isTyping }) => isTyping)).toEqual([true, false]);
  });

  it('ends when the member leaves', async () => {
    const { types, presence, people, typingHeardIn } = await setUpRoom();
    const answered = await typingHeardIn('room');
    await types(ana);
    await types(bo);
    people.conversations.set('room', { open: false, members: ['bo'] });
    const change = {
      kind: 'conversation',
      id: 'room',
      changed: ['ana'],
      members: ['ana', 'bo'],
      mayRevoke: true,
    } as const;
    await presence.accessChanged(change);
    await presence.accessChanged(change);
    expect(answered.slice(2)).toEqual([{ conversationId: 'room', userId: 'ana', isTyping: false, expiresAt: null }]);
    expect(await presence.typingAmong(bo.viewer, ['ana'])).toEqual(new Set());
  });

  it('ends after missed changes where the typist may not use the conversation any more', async () => {
    const { types, seenBy, presence, people } = await setUpRoom();
    await types(ana);
    await types(bo);
    await types(ana, true, undefined, 'plaza');
    people.conversations.set('room', { open: false, members: ['bo', 'cy'] });
    expect(await seenBy(user('cy'))).toEqual(['ana', 'bo']);
    await presence.accessChangesMissed();
    expect([await seenBy(user('cy')), await seenBy(bo, 'plaza')]).toEqual([['bo'], ['ana']]);
  });

  describe('with an owner', () => {
    /** `post` is cy's, for those who follow cy: ana does, and bo is a member. */
    const setUpPost = async () => {
      const under = await setUpRoom();
      const { people } = under.people;
      await people.follow('ana', 'cy');
      await people.putCircle('team', ['bo', 'cy']);
      await people.putConversation('post', [], false, { userId: 'cy', audience: 'FOLLOWERS' });
      for (const who of [ana, bo, user('cy')]) await under.types(who, true, undefined, 'post');
      return {
        ...under,
        typists: async () => (await under.store.typing(['post'])).map(({ userId }) => userId).sort(),
      };
    };

    it('is for who is in the audience of the owner, and nobody else', async () => {
      const { types, seenBy, typists } = await setUpPost();
      expect(await typists()).toEqual(['ana', 'bo', 'cy']);
      expect((await seenBy(ana, 'post')).sort()).toEqual(['bo', 'cy']);
      await expect(types(user('di'), true, undefined, 'post')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(seenBy(user('di'), 'post')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it.each([
      ['who unfollows the owner', 'bo cy', async ({ people }: Relating) => people.unfollow('ana', 'cy')],
      ['who blocks the owner', 'bo cy', async ({ people }: Relating) => people.block('ana', 'cy')],
      ['whom the owner blocks', 'ana cy', async ({ people }: Relating) => people.block('cy', 'bo')],
      ['who left the circle of the owner', 'ana cy', async ({ people }: Relating) => people.putCircle('team', ['cy'])],
      [
        'of all but the owner where the audience becomes NOBODY',
        'cy',
        async ({ people }: Relating) => people.putConversation('post', [], false, { userId: 'cy', audience: 'NOBODY' }),
      ],
      ['of all when the owner is deleted', '', async ({ people }: Relating) => people.deleteUser('cy')],
    ] as const)('ends for those %s', async (_, left, change) => {
      const { people, presence, typists, bus } = await setUpPost();
      const changes: AccessChange[] = [];
      await bus.subscribeAccessChanges((each) => changes.push(each));
      await change(people);
      for (const each of changes) await presence.accessChanged(each);
      expect((await typists()).join(' ')).toBe(left);
    });
  });

  it('is checked by one query about all typists when the conversation changes', async () => {
    const { types, presence, people, store } = await setUpRoom();
    for (const who of [ana, bo]) await types(who);
    people.conversations.set('room', { open: false, members: [] });
    const asked = vi.spyOn(people.people, 'conversationFacts');
    const askedOne = vi.spyOn(people.people, 'conversation');
    await presence.accessChanged({ kind: 'conversation', id: 'room', changed: [], members: [], mayRevoke: true });
    expect(asked.mock.calls).toHaveLength(1);
    expect(askedOne.mock.calls).toHaveLength(0);
    expect(await store.typing(['room'])).toEqual([]);
  });

  it('is shown by cached facts while the database hangs, after one wait for it', async () => {
    const { types, presence, people } = await setUpRoom();
    for (const who of [ana, bo]) await types(who);
    const seen = () => presence.typingAmong(bo.viewer, ['ana']);
    let answer = (_: ReadonlySet<string>) => {};
    const asked = vi
      .spyOn(people.people, 'conversationsAmong')
      .mockRejectedValueOnce(unavailable('It hangs.'))
      .mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    for (let event = 0; event < 3; event += 1) expect(await seen()).toEqual(new Set(['ana']));
    expect(asked).toHaveBeenCalledTimes(2);
    answer(new Set());
    people.conversations.set('room', { open: false, members: ['ana'] });
    await vi.waitFor(async () => expect(await seen()).toEqual(new Set()), { timeout: 10_000 });
  });

  it('ends when the typist is no longer seen live', async () => {
    for (const leave of ['INVISIBLE', 'OFFLINE', 'end'] as const) {
      const { types, presence, typingHeardIn, seenBy } = await setUpRoom();
      const answered = await typingHeardIn('room');
      await types();
      if (leave === 'end') await presence.endSession(ana, 'tab');
      else await presence.setPresence(ana, { status: leave });
      expect(answered.map(({ isTyping }) => isTyping)).toEqual([true, false]);
      expect(await seenBy()).toEqual([]);
    }
  });

  it('ends with the hiding itself, and does not wait for the journal', async () => {
    const { types, presence, journal, typingHeardIn } = await setUpRoom();
    await types();
    const answered = await typingHeardIn('room');
    let open: () => void = () => {};
    journal.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const hiding = presence.setPresence(ana, { status: 'INVISIBLE' });
    for (let i = 0; i < 50; i += 1) await Promise.resolve();
    expect(answered.map(({ isTyping }) => isTyping)).toEqual([false]);
    open();
    await hiding;
  });

  it('ends with the grace of a lost connection, and not within it', async () => {
    const { types, presence, wait, seenBy, typingHeardIn } = await setUpRoom();
    const answered = await typingHeardIn('room');
    await presence.disconnect({ userId: 'ana', connectionId: 'n/ana', lastReceivedMsAgo: 0 });
    await wait(3_000);
    await types();
    expect(await seenBy()).toEqual(['ana']);
    await wait(2_000);
    expect(answered.map(({ isTyping }) => isTyping)).toEqual([true, false]);
  });
});

describe('the typing of a user who is not seen live', () => {
  it('is answered as if it were, and stored nowhere', async () => {
    for (const who of ['hidden', 'gone'] as const) {
      const { types, presence, store, typingHeardIn } = await setUpRoom();
      if (who === 'hidden') await presence.setPresence(ana, { status: 'INVISIBLE' });
      else await presence.endSession(ana, 'tab');
      const answered = await typingHeardIn('room');
      expect(await types()).toMatchObject({ isTyping: true, expiresAt: NOON + 5_000 });
      expect(await types(ana, false)).toMatchObject({ isTyping: false, expiresAt: null });
      await types();
      if (who === 'hidden') await presence.setPresence(ana, { status: 'ONLINE' });
      expect(answered).toEqual([]);
      expect(await store.typing(['room'])).toEqual([]);
      expect(await presence.typingAmong(bo.viewer, ['ana'])).toEqual(new Set());
    }
  });

  /** Where hiding may come between, in a start that begins while the typist is seen. */
  const MOMENTS: readonly [string, (store: LiveStore, hide: () => Promise<unknown>) => Partial<LiveStore>][] = [
    [
      'before it is stored',
      (store, hide) => ({
        startTyping: async (entry) => {
          await hide();
          return store.startTyping(entry);
        },
      }),
    ],
    [
      'once it is stored',
      (store, hide) => ({
        startTyping: async (entry) => {
          const answer = await store.startTyping(entry);
          await hide();
          return answer;
        },
      }),
    ],
    [
      'before it is announced',
      (store, hide) => ({
        announceTyping: async (conversationId, userId) => {
          await hide();
          return store.announceTyping(conversationId, userId);
        },
      }),
    ],
  ];
  for (const [moment, between] of MOMENTS) {
    it(`is published to nobody by a start that crosses the hiding ${moment}`, async () => {
      let hide: () => Promise<unknown> = async () => {};
      const under = await setUpRoom({ store: (store) => ({ ...store, ...between(store, () => hide()) }) });
      hide = () => under.presence.setPresence(ana, { status: 'INVISIBLE' });
      const answered = await under.typingHeardIn('room');
      await under.types();
      expect(answered).toEqual([]);
      expect(await under.store.typing(['room'])).toEqual([]);
      await under.wait(10_000);
      expect(answered).toEqual([]);
    });
  }

  it('ends for good also where a refresh crosses the hiding', async () => {
    for (const [, between] of MOMENTS.slice(0, 2)) {
      let hide: () => Promise<unknown> = async () => {};
      const under = await setUpRoom({ store: (store) => ({ ...store, ...between(store, () => hide()) }) });
      const answered = await under.typingHeardIn('room');
      await under.types();
      hide = () => under.presence.setPresence(ana, { status: 'INVISIBLE' });
      await under.types();
      expect(answered.map(({ isTyping }) => isTyping)).toEqual([true, false]);
      expect(await under.store.typing(['room'])).toEqual([]);
    }
  });
});
