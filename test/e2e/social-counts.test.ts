/** Counts over HTTP and sockets: what the host puts, who may see it, and how it is told of as it changes. */
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { CountsChangedDocument, CountsDocument, MuteDocument, PutCountsDocument } from '../generated/operations.js';
import { ask, codeOf, type Watch, watch } from '../support/http/documents.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import { openSlowProxy } from '../support/http/slowProxy.js';
import { connectSocket } from '../support/http/socket.js';

const rollcall = await serve({ BROADCAST_INTERVAL: '100ms' });
const { host } = rollcall;

/** A post that every signed-in user may use. */
const openPost = async (): Promise<string> => {
  const post = rollcall.fresh('post');
  await host.putConversation(post, [], true);
  return post;
};
const likes = (objectId: string, value: number, version = value) => ({
  objectId,
  counts: [{ name: 'likes', value }],
  version: String(version),
});
const put = (...counts: object[]) => ask(host, PutCountsDocument, { counts });
const countsOf = async (who: Person, ...objectIds: string[]) => ask(who, CountsDocument, { objectIds });
const allOf = async (who: Person, objectId: string) =>
  (await countsOf(who, objectId)).map(({ all }) => all.map(({ name, value }) => [name, value]));

interface Event {
  readonly objectId: string;
  readonly asOf: string;
  readonly all: readonly { readonly name: string; readonly value: number }[];
}
const valuesOf = (events: Watch<Event>, objectId: string) =>
  events.transcript.filter((event) => event.objectId === objectId).map(({ all }) => all[0]?.value);
const many = (count: number) => Array.from({ length: count }, (_, n) => `unknown-${n}`);

describe.concurrent('counts', () => {
  it('are registers: the latest version holds, in whichever order and however often they come', async () => {
    const [ada] = await rollcall.strangers('ada');
    const post = await openPost();
    expect(await countsOf(ada, post)).toMatchObject([{ id: post, objectId: post, all: [] }]);
    expect(await put(likes(post, 5, 10))).toBe(1);
    const [before] = await countsOf(ada, post);
    expect(await put(likes(post, 5, 10), likes(post, 9, 9), likes(post, 6, 10))).toBe(0);
    expect((await countsOf(ada, post))[0]!.all).toEqual([{ name: 'likes', value: 5 }]);
    // A lower value of a later version holds; other names stay.
    const comments = { objectId: post, counts: [{ name: 'comments', value: 2 }], version: '1' };
    expect(await put(likes(post, 4, 12), likes(post, 7, 11), comments)).toBeGreaterThan(0);
    expect(await allOf(ada, post)).toEqual([
      [
        ['comments', 2],
        ['likes', 4],
      ],
    ]);
    const [after] = await countsOf(ada, post);
    expect(Date.parse(after!.asOf)).toBeGreaterThan(Date.parse(before!.asOf));
    // Versions are compared as numbers of 64 bits: as doubles these two are one.
    await put(likes(post, 1, 1), { ...likes(post, 2), version: '9223372036854775806' });
    await put({ ...likes(post, 3), version: '9223372036854775807' });
    expect((await allOf(ada, post))[0]).toContainEqual(['likes', 3]);
  });

  it('come in the order asked for, by any name', async () => {
    const [ada] = await rollcall.strangers('ada');
    const [one, other] = [await openPost(), await openPost()];
    await put(likes(one, 1), likes(other, 2));
    expect((await countsOf(ada, other, 'unknown', one, other)).map(({ id }) => id)).toEqual([other, one]);
    const { counts } = await ada.execute<{ counts: object[] }>(
      'query ($ids: [ID!]!) { counts(objectIds: $ids) { likes: count(name: "likes") none: count(name: "none") } }',
      { ids: [one] },
    );
    expect(counts).toEqual([{ likes: 1, none: null }]);
  });

  it('go with their object', async () => {
    const [ada] = await rollcall.strangers('ada');
    const post = await openPost();
    await put(likes(post, 7));
    await host.deleteConversation(post);
    expect(await countsOf(ada, post)).toEqual([]);
    await host.putConversation(post, [], true);
    expect(await allOf(ada, post)).toEqual([[]]);
    // The versions went too: a new object of that id counts from the start.
    expect(await put(likes(post, 1))).toBe(1);
    expect(await allOf(ada, post)).toEqual([[['likes', 1]]]);
  });
});

describe.concurrent('limits of counts', () => {
  const counts = (count: number) => Array.from({ length: count }, (_, n) => ({ name: `n${n}`, value: n }));
  const one = (name: string, value = 1) => [{ name, value }];

  it.each([
    ['counts an object', { counts: counts(10) }, { counts: counts(11) }],
    ['the name', { counts: one('ü'.repeat(128)) }, { counts: one('ü'.repeat(129)) }],
    ['the name', { counts: one('n') }, { counts: one('') }],
    ['a name that is there twice', { counts: counts(2) }, { counts: [...one('n'), ...one('n')] }],
    ['the version', { version: '9223372036854775807' }, { version: '9223372036854775808' }],
    ['the version', { version: '0' }, { version: '-1' }],
    ['the version', { version: '01' }, { version: '1.0' }],
    ['the version', { version: '1' }, { version: '' }],
    ['the object', { objectId: `${'o'.repeat(127)}ü` }, { objectId: `${'o'.repeat(128)}ü` }],
  ] as const)('are of %s', async (_, inside, outside) => {
    const whole = { objectId: rollcall.fresh('post'), counts: one('n'), version: '1' };
    expect(await codeOf(put({ ...whole, ...outside }))).toBe('BAD_USER_INPUT');
    expect(await codeOf(put({ ...whole, ...inside }))).toBeUndefined();
  });

  it('are of a call: all or nothing', async () => {
    const [ada] = await rollcall.strangers('ada');
    const post = await openPost();
    const puts = many(999).map((id) => likes(id, 1));
    expect(await codeOf(put(likes(post, 1), ...puts, likes('unknown-999', 1)))).toBe('BAD_USER_INPUT');
    expect(await codeOf(put(likes(post, 1), { ...likes(post, 2), version: 'x' }))).toBe('BAD_USER_INPUT');
    expect(await allOf(ada, post)).toEqual([[]]);
    expect(await put(likes(post, 1), ...puts)).toBe(1_000);
    expect(await put()).toBe(0);
  });

  it('are 200 objects a query and a subscription, 1,000 a connection, unknown ones too', async ({ expect }) => {
    const [ada] = await rollcall.strangers('ada');
    const post = await openPost();
    await put(likes(post, 1));
    expect(await countsOf(ada, ...many(199), post)).toMatchObject([{ id: post }]);
    expect(await codeOf(countsOf(ada, ...many(200), post))).toBe('BAD_USER_INPUT');
    expect(await codeOf(countsOf(ada, ''))).toBe('BAD_USER_INPUT');
    const socket = await ada.lurk();
    const start = (...objectIds: string[]) => watch(socket, CountsChangedDocument, { objectIds });
    expect(await codeOf(start(...many(200), post).next())).toBe('BAD_USER_INPUT');
    const full = Array.from({ length: 4 }, () => start(...many(199), post));
    for (const events of full) await events.next();
    const last = start(...many(198), post);
    await last.next();
    // 999 are watched.
    expect(await codeOf(start(post, 'unknown').next())).toBe('BAD_USER_INPUT');
    const thousandth = start(post);
    await thousandth.next();
    expect(await codeOf(start(post).next())).toBe('BAD_USER_INPUT');
    last.stop();
    // What was stopped may take a moment to be told.
    await expect.poll(() => codeOf(start(post).next())).toBeUndefined();
    await socket.close();
  });

  it('are of the host alone', async () => {
    const [ada] = await rollcall.strangers('ada');
    expect(await codeOf(ask(ada, PutCountsDocument, { counts: [] }))).toBe('FORBIDDEN');
  });
});

describe.concurrent('counts of an object that the caller may not use', () => {
  it('are answered as of one that never was, by owner, audience and membership', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    const hidden = {
      chat: [rollcall.fresh('chat'), {}],
      followers: [rollcall.fresh('post'), { ownerId: ben.id, audience: 'FOLLOWERS' }],
      mutuals: [rollcall.fresh('post'), { ownerId: ben.id, audience: 'MUTUALS' }],
      nobody: [rollcall.fresh('post'), { ownerId: ben.id, audience: 'NOBODY' }],
    } as const;
    for (const [id, owner] of Object.values(hidden)) {
      await host.putConversation(id, [ben.id], false, owner);
      await put(likes(id, 1));
    }
    const answers = await Promise.all(
      [hidden.chat[0], hidden.followers[0], hidden.mutuals[0], hidden.nobody[0], 'never'].map((id) =>
        ada.ask(print(CountsDocument), { objectIds: [id] }),
      ),
    );
    for (const { body, status } of answers) expect([status, body]).toEqual([200, { data: { counts: [] } }]);
    const all = Object.values(hidden).map(([id]) => id);
    // Members, the owner among them, see their own.
    expect(await countsOf(ben, ...all)).toHaveLength(4);
    await ada.follow(ben.id);
    expect((await countsOf(ada, ...all)).map(({ id }) => id)).toEqual([hidden.followers[0]]);
    await ben.follow(ada.id);
    expect((await countsOf(ada, ...all)).map(({ id }) => id)).toEqual([hidden.followers[0], hidden.mutuals[0]]);
    await ben.block(ada.id);
    expect(await countsOf(ada, ...all)).toEqual([]);
  });
});

describe.concurrent('countsChanged', () => {
  it('begins with the present values and brings the later ones, of the same bytes as the query', async () => {
    const [ada] = await rollcall.strangers('ada');
    const [one, other] = [await openPost(), await openPost()];
    await put(likes(one, 1));
    const socket = await ada.lurk();
    const events = watch(socket, CountsChangedDocument, { objectIds: [one, other, 'unknown', one] });
    const begin = [await events.next(), await events.next()];
    expect(new Map(begin.map(({ id, all }) => [id, all]))).toEqual(
      new Map([
        [one, [{ name: 'likes', value: 1 }]],
        [other, []],
      ]),
    );
    await put(likes(other, 3));
    expect(await events.next()).toEqual((await countsOf(ada, other))[0]);
    // What changes nothing is not told.
    await put(likes(other, 2), likes(one, 1));
    await put(likes(one, 4));
    expect(await events.next()).toMatchObject({ id: one, all: [{ value: 4 }] });
    await socket.close();
  });

  it('brings at most one event in an interval, the first and the last among them, in the order of asOf', async () => {
    const [ada] = await rollcall.strangers('ada');
    const post = await openPost();
    const proxy = await openSlowProxy();
    proxy.leadTo(Number(new URL(rollcall.origin).port));
    proxy.delay(20);
    const near = await ada.lurk();
    const far = await connectSocket(`ws://127.0.0.1:${proxy.port}/graphql`, {
      authorization: `Bearer ${await ada.token()}`,
      presence: false,
    });
    const watching = [near, far].map((socket) => watch(socket, CountsChangedDocument, { objectIds: [post] }));
    for (const events of watching) await events.next();
    proxy.delay(300);
    const began = performance.now();
    // Late and out of order: the odd ones before the even ones.
    const values = Array.from({ length: 100 }, (_, n) => n + 1).sort((a, b) => (b % 2) - (a % 2) || a - b);
    for (let from = 0; from < values.length; from += 10) {
      await Promise.all(values.slice(from, from + 10).map((value) => put(likes(post, value))));
    }
    for (const events of watching) {
      await events.nextWhere(({ all }) => all[0]?.value === 100);
      const took = performance.now() - began;
      const { transcript } = events;
      // The present values, the first change at once, and one an interval after it.
      expect(transcript.length).toBeLessThanOrEqual(2 + Math.ceil(took / 100));
      const instants = transcript.slice(1).map(({ asOf }) => Date.parse(asOf));
      expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
    }
    const [present] = await countsOf(ada, post);
    for (const events of watching) expect(events.transcript.at(-1)).toEqual(present);
    await near.close();
    await far.close();
    await proxy.close();
  });

  it('falls silent where the right is lost, and begins again where it is back', async ({ expect }) => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const [marker, chat, post, deleted] = [
      await openPost(),
      rollcall.fresh('chat'),
      rollcall.fresh('post'),
      rollcall.fresh('post'),
    ];
    // Members of one conversation are in FOLLOWERS of each other, whom they follow or not.
    const ofBen = { ownerId: ben.id, audience: 'MUTUALS' } as const;
    await host.putConversation(chat, [ada.id, ben.id]);
    await host.putConversation(post, [], false, ofBen);
    await host.putConversation(deleted, [], true);
    const follow = [{ followerId: ada.id, followeeId: ben.id }];
    let version = 0;
    /** What was put while it was deleted is of no object, so it is put again. */
    const openAnew = async (objectId: string) => {
      await host.putConversation(objectId, [], true);
      await put(likes(objectId, version));
    };
    const losses = [
      [chat, () => host.putConversation(chat, [ben.id]), () => host.putConversation(chat, [ada.id, ben.id])],
      [
        post,
        () => host.putConversation(post, [], false, { ...ofBen, audience: 'NOBODY' }),
        () => host.putConversation(post, [], false, ofBen),
      ],
      [post, () => ben.block(ada.id), () => ben.unblock(ada.id)],
      [post, () => ada.block(ben.id), () => ada.unblock(ben.id)],
      [post, () => ada.unfollow(ben.id), () => ada.follow(ben.id)],
      [post, () => host.removeFollows(follow), () => host.addFollows(follow)],
      [deleted, () => host.deleteConversation(deleted), () => openAnew(deleted)],
    ] as const;
    const socket = await ada.lurk();
    const events = watch(socket, CountsChangedDocument, { objectIds: [marker, chat, post, deleted] });
    for (let begun = 0; begun < 4; begun += 1) await events.next();
    /** Puts counts of the object, then of the marker, and waits for the latter: whether the former was told. */
    const isTold = async (objectId: string): Promise<boolean> => {
      version += 1;
      const value = version;
      await put(likes(objectId, value));
      await put(likes(marker, value));
      await events.nextWhere((event) => event.objectId === marker && event.all[0]?.value === value);
      return valuesOf(events, objectId).includes(value);
    };
    for (const [objectId, lose, regain] of losses) {
      await lose();
      await expect.poll(() => isTold(objectId)).toBe(false);
      const silentFrom = events.transcript.length;
      expect([await isTold(objectId), await isTold(objectId)]).toEqual([false, false]);
      expect(events.transcript.slice(silentFrom).map(({ id }) => id)).not.toContain(objectId);
      expect(await countsOf(ada, objectId)).toEqual([]);
      await regain();
      const back = await events.nextWhere((event) => event.objectId === objectId);
      expect(back.all).toEqual((await countsOf(ada, objectId))[0]!.all);
      expect(back.all).toEqual([{ name: 'likes', value: version }]);
    }
    // Muting hides acts, not what is counted.
    await ask(ada, MuteDocument, { objectId: post });
    expect(await isTold(post)).toBe(true);
    await socket.close();
  });

  it('of what the caller may not use is silent as of what never was, until it may be used', async () => {
    const [ada] = await rollcall.strangers('ada');
    const [chat, never, marker] = [rollcall.fresh('chat'), rollcall.fresh('never'), await openPost()];
    await host.putConversation(chat, []);
    await put(likes(chat, 1), likes(never, 1));
    const socket = await ada.lurk();
    const events = watch(socket, CountsChangedDocument, { objectIds: [chat, never, marker] });
    await events.next();
    await put(likes(chat, 2), likes(never, 2), likes(marker, 2));
    await events.nextWhere(({ id }) => id === marker);
    expect(new Set(events.transcript.map(({ id }) => id))).toEqual(new Set([marker]));
    await host.putConversation(chat, [ada.id]);
    expect(await events.next()).toMatchObject({ id: chat, all: [{ value: 2 }] });
    await host.putConversation(never, [ada.id]);
    expect(await events.next()).toMatchObject({ id: never, all: [{ value: 2 }] });
    await socket.close();
  });
});
