/** Who is at a place, and being at one. */
import { describe, expect, it, vi } from 'vitest';
import type { Here } from '../../src/social/index.js';
import { at, presence } from '../support/builders.js';
import type { FakeServer } from '../support/fakeServer.js';
import { pass, withFakeTime } from '../support/harness.js';
import { setUpSocial } from '../support/socialBuilders.js';

withFakeTime();

const none = () => {};
const change = (came: readonly string[], went: readonly string[] = [], count = came.length) => ({
  here: { id: 'post', conversationId: 'post', count, approximate: false, asOf: at(0) },
  came: came.map((id) => presence(id)),
  went,
});
const ids = (here: Here | undefined) => here?.people.map(({ userId }) => userId);
/** What was said of places, in order. */
const said = (server: FakeServer, since = 0) =>
  server.operations
    .slice(since)
    .filter(({ field }) => field === 'enter' || field === 'leave')
    .map(({ field, variables }) => `${field} ${variables.id}`);
const answering = (server: FakeServer) => {
  server.handlers.set('enter', (operation) => operation.answer({ id: operation.variables.id }));
  server.handlers.set('leave', (operation) => operation.answer(true));
};

describe('who is here', () => {
  it('is undefined until it is known, then those who came and did not go, by id', async () => {
    const { server, social } = await setUpSocial();
    const here = social.here('post');
    expect(here.get()).toBe(undefined);
    here.subscribe(none);
    await pass(0);
    server.newest('hereChanged').next(change(['cleo', 'ada']));
    await pass(0);
    expect(ids(here.get())).toEqual(['ada', 'cleo']);
    server.newest('hereChanged').next(change(['ben'], ['cleo'], 2));
    await pass(0);
    expect([ids(here.get()), here.get()?.count]).toEqual([['ada', 'ben'], 2]);
    expect(here.get()).toBe(social.here('post').get());
  });

  it('is the first 200', async () => {
    const { server, social } = await setUpSocial();
    const here = social.here('post');
    here.subscribe(none);
    await pass(0);
    const crowd = Array.from({ length: 250 }, (_, i) => `user-${1_000 + i}`);
    server.newest('hereChanged').next(change(crowd));
    await pass(0);
    expect(ids(here.get())).toEqual(crowd.slice(0, 200));
  });

  it('is one subscription, however many components ask, for as long as somebody does', async () => {
    const { server, social } = await setUpSocial();
    const stops = Array.from({ length: 3 }, () => social.here('post').subscribe(none));
    await pass(0);
    expect(server.live('hereChanged').length).toBe(1);
    for (const stop of stops) stop();
    await pass(10_000);
    expect(server.live('hereChanged')).toEqual([]);
    // The heartbeat alone.
    expect(vi.getTimerCount()).toBe(1);
  });

  it('stays while the connection is away, and is told anew by the next', async () => {
    const { server, social } = await setUpSocial();
    const here = social.here('post');
    here.subscribe(none);
    await pass(0);
    server.newest('hereChanged').next(change(['ada', 'ben']));
    await pass(0);
    server.last.drop();
    await pass(2_000);
    expect(ids(here.get())).toEqual(['ada', 'ben']);
    server.newest('hereChanged').next(change(['cleo']));
    await pass(0);
    expect(ids(here.get())).toEqual(['cleo']);
  });

  it('is undefined where the caller may not use the place, which is reported', async () => {
    const { server, social, errors } = await setUpSocial();
    const here = social.here('post');
    here.subscribe(none);
    await pass(0);
    server.newest('hereChanged').next(change(['ada']));
    await pass(0);
    server.newest('hereChanged').fail('NOT_FOUND');
    await pass(0);
    expect([here.get(), errors.map(({ code }) => code)]).toEqual([undefined, ['NOT_FOUND']]);
    // It is asked for again, with growing waits, and reported once.
    server.handlers.set('hereChanged', (operation) => operation.fail('NOT_FOUND'));
    await pass(60_000);
    expect([server.all('hereChanged').length, errors.length]).toEqual([5, 1]);
    server.handlers.delete('hereChanged');
    await pass(120_000);
    server.newest('hereChanged').next(change(['cleo']));
    await pass(0);
    expect(ids(here.get())).toEqual(['cleo']);
  });

  it('is watched at 10 places at a time', async () => {
    const { server, social, errors } = await setUpSocial();
    const stops = Array.from({ length: 11 }, (_, i) => social.here(`post-${i}`).subscribe(none));
    await pass(0);
    expect([server.live('hereChanged').length, errors.map(({ code }) => code)]).toEqual([10, ['BAD_USER_INPUT']]);
    stops[0]!();
    await pass(10_000);
    expect(server.live('hereChanged').at(-1)?.variables).toEqual({ id: 'post-10' });
  });

  it('is cleared by signing out', async () => {
    const { server, social, client } = await setUpSocial();
    const seen: (string[] | undefined)[] = [];
    social.here('post').subscribe((here) => seen.push(ids(here)));
    await pass(0);
    server.newest('hereChanged').next(change(['ada']));
    await pass(0);
    void client.signOut();
    expect(seen).toEqual([undefined, ['ada'], undefined]);
  });
});

describe('a page that is loaded again', () => {
  const tab = () => {
    const items = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    });
    return items;
  };
  const load = async (kept: { readonly sessionId: string }) => {
    const setup = await setUpSocial(kept);
    answering(setup.server);
    return setup;
  };

  it('enters where it was, and leaves where it does not come back to in time', async () => {
    const items = tab();
    const before = await load({ sessionId: 'one' });
    for (const place of ['a', 'b']) before.social.enter(place);
    await pass(1_000);
    before.client.close();
    const after = await load({ sessionId: 'one' });
    after.social.enter('a');
    await pass(5_000);
    expect(said(after.server)).toEqual(['enter a']);
    await pass(10_000);
    expect(said(after.server)).toEqual(['enter a', 'leave b']);
    void after.client.signOut();
    expect(items.size).toBe(0);
    const other = await load({ sessionId: 'one' });
    await pass(20_000);
    expect(said(other.server)).toEqual([]);
  });

  it('is at the places of its own session alone, and where nothing can be kept at none', async () => {
    tab();
    const before = await load({ sessionId: 'one' });
    before.social.enter('a');
    await pass(1_000);
    const other = await load({ sessionId: 'two' });
    await pass(20_000);
    expect(said(other.server)).toEqual([]);
    const forbidden = () => {
      throw new Error('forbidden');
    };
    vi.stubGlobal('sessionStorage', { getItem: forbidden, setItem: forbidden, removeItem: forbidden });
    const last = await load({ sessionId: 'one' });
    last.social.enter('b');
    await pass(20_000);
    expect(said(last.server)).toEqual(['enter b']);
  });
});

describe('a user who enters a place', () => {
  it('is there once, until the last of those who entered left', async () => {
    const { server, social } = await setUpSocial();
    answering(server);
    const leaves = [social.enter('post'), social.enter('post')];
    await pass(1_000);
    leaves[0]!();
    leaves[0]!();
    await pass(1_000);
    expect(said(server)).toEqual(['enter post']);
    leaves[1]!();
    await pass(1_000);
    expect(said(server)).toEqual(['enter post', 'leave post']);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('has not left where a view comes back at once', async () => {
    const { server, social } = await setUpSocial();
    answering(server);
    social.enter('post')();
    social.enter('post');
    await pass(1_000);
    expect(said(server)).toEqual(['enter post']);
  });

  it('enters again with each connection, as the session may have begun anew', async () => {
    const { server, social } = await setUpSocial();
    answering(server);
    for (const place of ['a', 'b']) social.enter(place);
    await pass(1_000);
    const before = server.operations.length;
    server.last.drop();
    await pass(2_000);
    expect(said(server, before)).toEqual(['enter a', 'enter b']);
  });

  it('leaves what was left while the connection was away, which the session may have outlived', async () => {
    const { server, social } = await setUpSocial();
    answering(server);
    const leave = social.enter('post');
    await pass(1_000);
    const before = server.operations.length;
    server.mode = 'refuse';
    server.last.drop();
    leave();
    await pass(1_000);
    server.mode = 'accept';
    await pass(20_000);
    expect(said(server, before)).toEqual(['leave post']);
  });

  it('is at the three places that were entered last, and back at an earlier one when one of those is left', async () => {
    const { server, social } = await setUpSocial();
    answering(server);
    const leaves = ['a', 'b', 'c', 'd'].map((place) => social.enter(place));
    await pass(1_000);
    expect(said(server)).toEqual(['enter a', 'leave a', 'enter b', 'enter c', 'enter d']);
    const before = server.operations.length;
    leaves[3]!();
    await pass(1_000);
    expect(said(server, before)).toEqual(['leave d', 'enter a']);
  });

  it('says one thing after the other', async () => {
    const { server, social } = await setUpSocial();
    const leave = social.enter('post');
    await pass(0);
    leave();
    await pass(1_000);
    expect(said(server)).toEqual(['enter post']);
    answering(server);
    server.newest('enter').answer({ id: 'post' });
    await pass(0);
    expect(said(server)).toEqual(['enter post', 'leave post']);
  });

  it.each(['close', 'signOut'] as const)('reports nothing of what %s has cut off', async (end) => {
    const { server, social, client, errors } = await setUpSocial();
    social.enter('post');
    await pass(0);
    expect(server.live('enter').length).toBe(1);
    void client[end]();
    await pass(5_000);
    expect(errors).toEqual([]);
  });

  it('tries again where that may pass, and reports what does not', async () => {
    const { server, social, errors } = await setUpSocial();
    let refusals = 2;
    server.handlers.set('enter', (operation) => {
      if (operation.variables.id === 'secret') operation.fail('NOT_FOUND');
      else if (refusals-- > 0) operation.fail('RATE_LIMITED', { retryAfterMs: 500 });
      else operation.answer({ id: 'post' });
    });
    social.enter('post');
    const leave = social.enter('secret');
    await pass(2_000);
    expect(said(server)).toEqual(['enter post', 'enter post', 'enter post', 'enter secret']);
    leave();
    await pass(60_000);
    expect(said(server).length).toBe(4);
    expect(errors.map(({ code }) => code)).toEqual(['NOT_FOUND']);
  });

  it('enters with growing waits what is not there yet, which is reported once', async () => {
    const { server, social, errors } = await setUpSocial();
    server.handlers.set('enter', (operation) => operation.fail('NOT_FOUND'));
    social.enter('post');
    await pass(60_000);
    // At 0, 2, 6, 14 and 30 s.
    expect(said(server).length).toBe(5);
    await pass(600_000);
    expect(said(server).length).toBe(11);
    answering(server);
    await pass(120_000);
    const before = server.operations.length;
    await pass(600_000);
    expect([said(server, before), errors.map(({ code }) => code)]).toEqual([[], ['NOT_FOUND']]);
  });

  it('reports what is not there once, over how many connections it ever asks', async () => {
    const { server, social, errors } = await setUpSocial();
    for (const field of ['enter', 'hereChanged'])
      server.handlers.set(field, (operation) => operation.fail('NOT_FOUND'));
    social.here('post').subscribe(none);
    social.enter('post');
    await pass(10_000);
    server.last.drop();
    await pass(10_000);
    expect(errors.map(({ code }) => code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    answering(server);
    server.handlers.delete('hereChanged');
    const before = server.operations.length;
    await pass(120_000);
    expect(said(server, before)).toEqual(['enter post']);
    expect(server.newest('hereChanged').isLive).toBe(true);
  });

  it('enters again where a heartbeat says that the session is not there any more', async () => {
    const { server, social } = await setUpSocial();
    answering(server);
    for (const place of ['a', 'b']) social.enter(place);
    await pass(1_000);
    const before = server.operations.length;
    server.handlers.set('heartbeat', (operation) => operation.answer({ intervalSeconds: 30, places: ['b'] }));
    await pass(30_000);
    server.handlers.set('heartbeat', (operation) => operation.answer({ intervalSeconds: 30, places: ['b', 'a'] }));
    await pass(60_000);
    expect(said(server, before)).toEqual(['enter a']);
  });

  it('enters again where nobody is seen there any more, and at once where somebody is again', async () => {
    const { server, social } = await setUpSocial();
    answering(server);
    social.here('post').subscribe(none);
    social.enter('post');
    await pass(0);
    server.newest('hereChanged').next(change(['ada', 'me']));
    await pass(10_000);
    const before = server.operations.length;
    server.handlers.set('enter', (operation) => operation.fail('NOT_FOUND'));
    server.newest('hereChanged').next(change([], ['ada', 'me'], 0));
    await pass(20_000);
    expect(said(server, before).length).toBe(3);
    answering(server);
    server.newest('hereChanged').next(change(['ada'], [], 1));
    await pass(1_000);
    expect(said(server, before).length).toBe(4);
    server.newest('hereChanged').next(change(['me'], [], 2));
    await pass(60_000);
    expect(said(server, before).length).toBe(4);
  });
});
