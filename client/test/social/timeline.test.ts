/** The caller's timeline. */
import { describe, expect, it, vi } from 'vitest';
import type { PresenceClient } from '../../src/index.js';
import { createSocial } from '../../src/social/index.js';
import { outcomeOf, pass, withFakeTime } from '../support/harness.js';
import { act, actGone, page, type SocialSetup, settle, setUpSocial } from '../support/socialBuilders.js';

withFakeTime();

const none = () => {};
const ids = ({ social }: SocialSetup) => social.timeline.get().map(({ id }) => id);
const tell = async ({ server }: SocialSetup, ...acts: readonly object[]) => {
  for (const each of acts) server.newest('timelineChanged').next(each);
  await settle();
};
const answer = async ({ server }: SocialSetup, ...given: Parameters<typeof page>) => {
  server.newest('timeline').answer(page(...given));
  await settle();
};

const shown = async (...given: Parameters<typeof page>): Promise<SocialSetup> => {
  const setup = await setUpSocial();
  setup.social.timeline.subscribe(none);
  await pass(0);
  await answer(setup, ...given);
  return setup;
};

describe('the timeline', () => {
  it('is the list, with what happens meanwhile on top, each act once', async () => {
    const setup = await setUpSocial();
    setup.social.timeline.subscribe(none);
    await pass(0);
    await tell(setup, act('c', 3));
    await answer(setup, [act('c', 3), act('b', 2), act('a', 1)]);
    expect(ids(setup)).toEqual(['c', 'b', 'a']);
    await tell(setup, act('d', 4), act('e', 5), act('d', 4, { text: 'mended' }));
    expect(ids(setup)).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(setup.social.timeline.get()[1]?.text).toBe('mended');
    expect(setup.social.timeline.get()).toBe(setup.social.timeline.get());
  });

  it('loses what is taken back, which comes back into its place', async () => {
    const setup = await shown([act('c', 3), act('b', 2), act('a', 1)]);
    await tell(setup, actGone('b'), actGone('unknown'));
    expect(ids(setup)).toEqual(['c', 'a']);
    await tell(setup, act('b', 2));
    expect(ids(setup)).toEqual(['c', 'b', 'a']);
  });

  it('an act that went while the list was asked for stays away', async () => {
    const setup = await setUpSocial();
    setup.social.timeline.subscribe(none);
    await pass(0);
    await tell(setup, actGone('b'));
    await answer(setup, [act('c', 3), act('b', 2)]);
    expect(ids(setup)).toEqual(['c']);
  });

  it('is asked where an act has its place that may be an old one, as after an unblocking', async () => {
    const setup = await shown([act('d', 4), act('c', 3)]);
    // What was told before the subscription had started is asked for once more.
    await pass(2_000);
    await answer(setup, [act('d', 4), act('c', 3)]);
    const before = setup.server.all('timeline').length;
    await tell(setup, act('b', 2), act('a', 1));
    expect(ids(setup)).toEqual(['d', 'c']);
    await pass(1_000);
    expect(setup.server.all('timeline').length).toBe(before + 1);
    await answer(setup, [act('d', 4), act('c', 3), act('b', 2), act('a', 1)]);
    expect(ids(setup)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('is asked once about an act of the future: the next one is compared with what came after it', async () => {
    const setup = await shown([act('far', 100_000_000), act('a', 1)]);
    await pass(2_000);
    await answer(setup, [act('far', 100_000_000), act('a', 1)]);
    const before = setup.server.all('timeline').length;
    await tell(setup, act('b', 2));
    await pass(1_000);
    await answer(setup, [act('b', 2), act('far', 100_000_000), act('a', 1)]);
    await tell(setup, act('c', 3), act('d', 4));
    await pass(60_000);
    expect(ids(setup)).toEqual(['d', 'c', 'b', 'far', 'a']);
    expect(setup.server.all('timeline').length).toBe(before + 1);
  });

  it('is read again when the subscription has started, which it does not say', async () => {
    const setup = await shown([act('a', 1)]);
    await pass(2_000);
    await answer(setup, [act('b', 2), act('a', 1)]);
    expect(ids(setup)).toEqual(['b', 'a']);
    await pass(60_000);
    expect(setup.server.all('timeline').length).toBe(2);
  });

  it('is read again over the next connection: what went meanwhile is gone, what came is there', async () => {
    const setup = await shown([act('b', 2), act('a', 1)]);
    setup.server.last.drop();
    await pass(1_000);
    expect(ids(setup)).toEqual(['b', 'a']);
    await tell(setup, act('d', 4));
    await answer(setup, [act('c', 3), act('a', 1)]);
    expect(ids(setup)).toEqual(['d', 'c', 'a']);
  });

  it('is loaded page by page', async () => {
    const setup = await shown([act('d', 4), act('c', 3)], true);
    const more = outcomeOf(setup.social.timeline.loadMore());
    await pass(0);
    expect(setup.server.newest('timeline').variables).toEqual({ first: 20, after: 'c' });
    await tell(setup, act('e', 5));
    await answer(setup, [act('b', 2), act('a', 1)], true);
    expect([ids(setup), more.value]).toEqual([['e', 'd', 'c', 'b', 'a'], true]);
    // As long as it is.
    await pass(2_000);
    expect(setup.server.newest('timeline').variables).toEqual({ first: 20, after: null });
  });

  it('is bounded however much happens', async () => {
    const setup = await shown([act('a', 0)]);
    await pass(2_000);
    await answer(setup, [act('a', 0)]);
    const before = setup.server.all('timeline').length;
    for (let i = 1; i <= 1_001; i += 1) setup.server.newest('timelineChanged').next(act(`act-${i}`, i));
    await settle();
    expect(setup.server.all('timeline').length).toBe(before + 1);
    expect(setup.server.newest('timeline').variables).toEqual({ first: 100, after: null });
    const latest = Array.from({ length: 100 }, (_, i) => act(`act-${1_001 - i}`, 1_001 - i));
    await answer(setup, latest, true);
    expect(ids(setup)).toEqual(latest.map(({ id }) => id));
  });

  it('leaves nothing behind when nobody looks at it, and nothing when the user signs out', async () => {
    const setup = await setUpSocial();
    const stop = setup.social.timeline.subscribe(none);
    await pass(0);
    stop();
    await pass(10_000);
    expect(setup.server.live('timelineChanged')).toEqual([]);
    // The heartbeat alone, and no answer that is waited for.
    expect(vi.getTimerCount()).toBe(1);
    const other = await shown([act('a', 1)]);
    const lengths: number[] = [];
    other.social.timeline.subscribe((acts) => lengths.push(acts.length));
    void other.client.signOut();
    expect(lengths).toEqual([1, 0]);
  });
});

describe('the social layer', () => {
  it('is one of each client, and of clients that the package made', async () => {
    const { client, social } = await setUpSocial();
    expect(createSocial(client)).toBe(social);
    expect(() => createSocial({} as PresenceClient)).toThrow('was not made by createPresenceClient');
  });
});
