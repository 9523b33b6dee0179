/** The caller's tray. */
import { describe, expect, it, vi } from 'vitest';
import type { Inbox } from '../../src/social/index.js';
import { outcomeOf, pass, withFakeTime } from '../support/harness.js';
import {
  inboxChange,
  notice,
  noticeGone,
  page,
  type SocialSetup,
  settle,
  setUpSocial,
} from '../support/socialBuilders.js';

withFakeTime();

const none = () => {};
const ids = (inbox: Inbox | undefined) => inbox?.notices.map(({ id }) => id);
const named = (...positions: number[]) => positions.map((position) => `notice-${position}`);
const tell = async ({ server }: SocialSetup, ...event: Parameters<typeof inboxChange>) => {
  server.newest('inboxChanged').next(inboxChange(...event));
  await settle();
};

/** A tray that shows these notices, of which all are unread. */
const shown = async (positions: readonly number[], hasNextPage = false): Promise<SocialSetup> => {
  const setup = await setUpSocial();
  setup.social.inbox.subscribe(none);
  await pass(0);
  await tell(setup, Math.max(...positions), [], { unread: positions.length });
  setup.server.newest('notices').answer(
    page(
      positions.map((position) => notice(position)),
      hasNextPage,
    ),
  );
  await settle();
  return setup;
};

/** Loses the connection, and has another one. */
const reconnected = async ({ server }: SocialSetup) => {
  server.last.drop();
  await pass(1_000);
};

describe('the tray', () => {
  it('is undefined until it is known whole', async () => {
    const setup = await setUpSocial();
    const { server, social } = setup;
    const seen: (Inbox | undefined)[] = [];
    social.inbox.subscribe((inbox) => seen.push(inbox));
    await pass(0);
    expect([server.newest('inboxChanged').variables, server.all('notices').length]).toEqual([{ after: null }, 0]);
    await tell(setup, 7, [], { unread: 2, unseen: 1 });
    expect(server.newest('notices').variables).toEqual({ first: 20, after: null });
    server.newest('notices').answer(page([notice(7), notice(3)]));
    await settle();
    expect(seen.map(ids)).toEqual([undefined, named(7, 3)]);
    expect(social.inbox.get()).toMatchObject({ unread: 2, unseen: 1, revision: '7', hasMore: false });
    expect(social.inbox.get()).toBe(social.inbox.get());
  });

  it('calls listeners once for one event', async () => {
    const setup = await shown([2, 1]);
    const seen: (Inbox | undefined)[] = [];
    setup.social.inbox.subscribe((inbox) => seen.push(inbox));
    await tell(setup, 3, [notice(3)], { unread: 3 });
    expect(seen.map((inbox) => [inbox?.revision, ids(inbox)])).toEqual([
      ['2', named(2, 1)],
      ['3', named(3, 2, 1)],
    ]);
  });

  it('takes in what comes, grows, is read elsewhere and goes; by position', async () => {
    const setup = await shown([5, 3, 1]);
    const { social } = setup;
    await tell(setup, 6, [notice(6)], { unread: 4 });
    expect(ids(social.inbox.get())).toEqual(named(6, 5, 3, 1));
    await tell(setup, 7, [{ ...notice(3), position: '7', actorCount: 2 }], { unread: 4 });
    expect(ids(social.inbox.get())).toEqual(named(3, 6, 5, 1));
    await tell(setup, 8, [{ ...notice(5), isRead: true }], { unread: 3 });
    expect(ids(social.inbox.get())).toEqual(named(3, 6, 5, 1));
    expect(social.inbox.get()?.notices.find(({ id }) => id === 'notice-5')?.isRead).toBe(true);
    await tell(setup, 9, [noticeGone('notice-6')], { unread: 2 });
    expect(ids(social.inbox.get())).toEqual(named(3, 5, 1));
    expect(social.inbox.get()?.unread).toBe(2);
    // Unblocked: where it was.
    await tell(setup, 10, [notice(6)], { unread: 3 });
    expect(ids(social.inbox.get())).toEqual(named(3, 6, 5, 1));
  });

  it('positions are compared as numbers', async () => {
    const setup = await shown([9]);
    await tell(setup, 10, [notice(10)], { unread: 2 });
    expect(ids(setup.social.inbox.get())).toEqual(named(10, 9));
  });

  it('an event that came while a page was asked for holds', async () => {
    const setup = await setUpSocial();
    const { server, social } = setup;
    social.inbox.subscribe(none);
    await pass(0);
    await tell(setup, 3, [], { unread: 2 });
    await tell(setup, 5, [{ ...notice(3), isRead: true }, noticeGone('notice-2'), notice(5)], { unread: 1 });
    server.newest('notices').answer(page([notice(3), notice(2), notice(1)]));
    await settle();
    expect(ids(social.inbox.get())).toEqual(named(5, 3, 1));
    expect(social.inbox.get()?.notices[1]?.isRead).toBe(true);
  });

  it('asks the next connection for what changed since, and for nothing else', async () => {
    const setup = await shown([2, 1]);
    const { server, social } = setup;
    await tell(setup, 4, [notice(4)], { unread: 3 });
    await reconnected(setup);
    expect(server.newest('inboxChanged').variables).toEqual({ after: '4' });
    await tell(setup, 6, [notice(6), noticeGone('notice-2')], { unread: 3 });
    expect(ids(social.inbox.get())).toEqual(named(6, 4, 1));
    expect(server.all('notices').length).toBe(1);
  });

  it('is read again where more changed than is listed', async () => {
    const setup = await shown([2, 1]);
    const { server, social } = setup;
    await reconnected(setup);
    await tell(setup, 90, [notice(90)], { unread: 60, partial: true });
    server.newest('notices').answer(page([notice(90), notice(80)], true));
    await settle();
    expect(ids(social.inbox.get())).toEqual(named(90, 80));
    expect(social.inbox.get()).toMatchObject({ unread: 60, hasMore: true });
  });

  it('is read again where that failed, and on the next connection where it was lost', async () => {
    const setup = await setUpSocial();
    const { server, social, errors } = setup;
    social.inbox.subscribe(none);
    await pass(0);
    await tell(setup, 3);
    server.newest('notices').fail('UNAVAILABLE', { retryAfterMs: 500 });
    await pass(500 + 1_000);
    expect(server.all('notices').length).toBe(2);
    await reconnected(setup);
    await tell(setup, 3);
    expect(server.all('notices').length).toBe(3);
    server.newest('notices').answer(page([notice(3)]));
    await settle();
    expect([ids(social.inbox.get()), errors]).toEqual([named(3), []]);
  });

  it('is another one where its revision went back, as after the data were put back', async () => {
    const setup = await shown([9, 8]);
    const { server, social } = setup;
    await reconnected(setup);
    await tell(setup, 2, [], { unread: 1 });
    server.newest('notices').answer(page([notice(2)]));
    await settle();
    expect([ids(social.inbox.get()), social.inbox.get()?.unread]).toEqual([named(2), 1]);
  });

  it('leaves nothing behind when nobody looks at it, and nothing when the user signs out', async () => {
    const { server, social, client } = await setUpSocial();
    const stop = social.inbox.subscribe(none);
    await pass(0);
    stop();
    await pass(10_000);
    expect(server.operations.filter(({ field, isLive }) => field === 'inboxChanged' && isLive)).toEqual([]);
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
    const setup = await shown([1]);
    const seen: (string[] | undefined)[] = [];
    setup.social.inbox.subscribe((inbox) => seen.push(ids(inbox)));
    void setup.client.signOut();
    expect(seen).toEqual([named(1), undefined]);
    client.close();
  });
});

describe('more of the tray', () => {
  it('is loaded page by page; what changes beyond the last is not shown before', async () => {
    const setup = await shown([9, 8, 7], true);
    const { server, social } = setup;
    await tell(setup, 10, [{ ...notice(2), isRead: true }], { unread: 5 });
    expect(ids(social.inbox.get())).toEqual(named(9, 8, 7));
    const more = outcomeOf(social.inbox.loadMore());
    void social.inbox.loadMore();
    await pass(0);
    expect(server.all('notices').length).toBe(2);
    expect(server.newest('notices').variables).toEqual({ first: 20, after: 'notice-7' });
    server.newest('notices').answer(page([notice(5), notice(2)]));
    await settle();
    expect([ids(social.inbox.get()), more.value]).toEqual([named(9, 8, 7, 5, 2), false]);
    expect(await social.inbox.loadMore()).toBe(false);
  });

  it('is loaded by itself where everything went that was shown', async () => {
    const setup = await shown([9, 8], true);
    await tell(setup, 11, [noticeGone('notice-9'), noticeGone('notice-8')], { unread: 1 });
    setup.server.newest('notices').answer(page([notice(4)]));
    await settle();
    expect(ids(setup.social.inbox.get())).toEqual(named(4));
  });

  it('rejects with a code where it cannot be loaded, and does not join another list', async () => {
    const setup = await shown([9, 8], true);
    const { server, social } = setup;
    const refused = outcomeOf(social.inbox.loadMore());
    await pass(0);
    server.newest('notices').fail('UNAVAILABLE');
    await settle();
    expect(refused.error?.code).toBe('UNAVAILABLE');
    void social.inbox.loadMore();
    await pass(0);
    const late = server.newest('notices');
    await tell(setup, 70, [], { unread: 60, partial: true });
    server.newest('notices').answer(page([notice(70)], true));
    await settle();
    late.answer(page([notice(5)]));
    await settle();
    expect([ids(social.inbox.get()), social.inbox.get()?.hasMore]).toEqual([named(70), true]);
  });
});

describe('marking', () => {
  it('seen puts the badge out, up to what was shown', async () => {
    const setup = await shown([2, 1]);
    const { server, social } = setup;
    const marked = outcomeOf(social.inbox.markSeen());
    await pass(0);
    expect(server.newest('markSeen').variables).toMatchObject({ upTo: '2' });
    server.newest('markSeen').answer({ unread: 2, unseen: 0, revision: '3' });
    await settle();
    expect(social.inbox.get()).toMatchObject({ unread: 2, unseen: 0, revision: '2' });
    expect('value' in marked).toBe(true);
    // What the answer is ahead of does not light it again.
    await tell(setup, 2, [], { unread: 2, unseen: 2 });
    expect(social.inbox.get()?.unseen).toBe(0);
  });

  it('read reads what is named, or all, as it was shown: one that grew since stays unread', async () => {
    const setup = await shown([3, 2, 1]);
    const { server, social } = setup;
    const states = () => social.inbox.get()?.notices.map(({ isRead }) => isRead);
    void social.inbox.markRead(['notice-2']);
    await pass(0);
    expect(server.newest('markRead').variables).toEqual({ upTo: '3', ids: ['notice-2'] });
    server.newest('markRead').answer({ unread: 2, unseen: 2, revision: '4' });
    await settle();
    expect([states(), social.inbox.get()?.unread]).toEqual([[false, true, false], 2]);
    void social.inbox.markRead();
    await pass(0);
    const all = server.newest('markRead');
    expect(all.variables).toEqual({ upTo: '3', ids: null });
    await tell(setup, 5, [{ ...notice(1), position: '5', actorCount: 2 }], { unread: 2 });
    all.answer({ unread: 1, unseen: 1, revision: '6' });
    await settle();
    expect(ids(social.inbox.get())).toEqual(named(1, 3, 2));
    expect([states(), social.inbox.get()?.unread]).toEqual([[false, true, true], 1]);
  });

  it('is sent again where its answer was lost, and does nothing before anything is shown', async () => {
    const { social: early, server: quiet } = await setUpSocial();
    await early.inbox.markSeen();
    expect(quiet.all('markSeen')).toEqual([]);
    const setup = await shown([1]);
    const marked = outcomeOf(setup.social.inbox.markSeen());
    await pass(0);
    await reconnected(setup);
    expect(setup.server.live('markSeen').length).toBe(1);
    setup.server.newest('markSeen').answer({ unread: 1, unseen: 0, revision: '2' });
    await settle();
    expect(marked).toEqual({ value: undefined });
  });

  it('rejects with a code', async () => {
    const setup = await shown([1]);
    const marked = outcomeOf(setup.social.inbox.markRead(['nonsense']));
    await pass(0);
    setup.server.newest('markRead').fail('BAD_USER_INPUT');
    await settle();
    expect(marked.error?.code).toBe('BAD_USER_INPUT');
  });
});

describe('muting', () => {
  it('names a user or an object; of two about the same the later holds where answers are lost', async () => {
    const { server, social } = await setUpSocial();
    const outcomes = [
      outcomeOf(social.mute({ userId: 'ben' })),
      outcomeOf(social.unmute({ userId: 'ben' })),
      outcomeOf(social.mute({ objectId: 'ben' })),
    ];
    await pass(0);
    expect(server.all('mute').map(({ variables }) => variables)).toEqual([{ userId: 'ben' }, { objectId: 'ben' }]);
    server.newest('unmute').answer(true);
    await pass(0);
    server.last.drop();
    await pass(1_000);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['DISCONNECTED', undefined, undefined]);
    expect(server.live('mute').map(({ variables }) => variables)).toEqual([{ objectId: 'ben' }]);
  });
});
