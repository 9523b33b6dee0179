/** Places over HTTP and sockets: who has something open, as each caller may see it. */
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { EnterDocument, HereChangedDocument, HereDocument, LeaveDocument } from '../generated/operations.js';
import { ask, codeOf, type Watch, watch } from '../support/http/documents.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import { openSlowProxy } from '../support/http/slowProxy.js';
import { connectSocket, type Socket } from '../support/http/socket.js';

const rollcall = await serve({ BROADCAST_INTERVAL: '100ms', PRESENCE_OFFLINE_DEBOUNCE: '4s' });
const { host } = rollcall;

const room = async (...members: Person[]): Promise<string> => {
  const id = rollcall.fresh('room');
  await host.putConversation(
    id,
    members.map((member) => member.id),
  );
  return id;
};
const openRoom = async (): Promise<string> => {
  const id = rollcall.fresh('room');
  await host.putConversation(id, [], true);
  return id;
};
type Asking = Pick<Person, 'execute'>;
const enter = (who: Asking, conversationId: string, sessionId?: string) =>
  ask(who, EnterDocument, { conversationId, ...(sessionId === undefined ? {} : { sessionId }) });
const leave = (who: Asking, conversationId: string, sessionId?: string) =>
  ask(who, LeaveDocument, { conversationId, ...(sessionId === undefined ? {} : { sessionId }) });
const here = (who: Asking, conversationId: string) => ask(who, HereDocument, { conversationId });
const idsOf = (people: readonly { readonly id: string }[]) => people.map(({ id }) => id).sort();
const sorted = (...people: Person[]) => idsOf(people);
/** Ids of who is there by the query, with the count beside them. */
const listed = async (who: Asking, conversationId: string) => {
  const { people, count, approximate } = await here(who, conversationId);
  expect([count, approximate]).toEqual([people.length, false]);
  return idsOf(people);
};

interface Event {
  readonly here: { readonly count: number; readonly asOf: string };
  readonly came: readonly { readonly id: string }[];
  readonly went: readonly string[];
}
/** A subscription to a place, and whom it says to be there by what came and went so far. */
const watchHere = (socket: Socket, conversationId: string) => {
  const events: Watch<Event> = watch(socket, HereChangedDocument, { conversationId });
  const held = (): readonly string[] => {
    const ids = new Set<string>();
    for (const { came, went } of events.transcript) {
      for (const id of went) ids.delete(id);
      for (const { id } of came) ids.add(id);
    }
    return [...ids].sort();
  };
  const came = (who: Person) => events.nextWhere((event) => idsOf(event.came).includes(who.id));
  const went = (who: Person) => events.nextWhere((event) => event.went.includes(who.id));
  const wentEver = () => events.transcript.flatMap((event) => event.went);
  return { events, held, came, went, wentEver };
};

describe.concurrent('a place', () => {
  it('has who entered until they leave, a user with three tabs once', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const chat = await room(ada, ben);
    const tabs = await Promise.all(['one', 'two', 'three'].map((sessionId) => ben.connect({ sessionId })));
    const answer = await enter(tabs[0]!, chat);
    expect(answer).toMatchObject({ id: chat, conversationId: chat, count: 1, approximate: false });
    expect(answer.people).toMatchObject([{ id: ben.id, status: 'ONLINE', user: { name: ben.id } }]);
    for (const tab of tabs.slice(1)) await enter(tab, chat);
    expect(await listed(ada, chat)).toEqual([ben.id]);
    expect((await enter(ada, chat, 'plain')).count).toBe(2);
    expect(await listed(ben, chat)).toEqual(sorted(ada, ben));
    expect(await leave(tabs[0]!, chat)).toBe(true);
    expect(await leave(tabs[0]!, chat)).toBe(false);
    // Over plain HTTP the session is named.
    expect(await leave(ben, chat, 'two')).toBe(true);
    expect(await listed(ada, chat)).toEqual(sorted(ada, ben));
    await ben.endSession('three');
    expect(await listed(ada, chat)).toEqual([ada.id]);
  });

  it('is one of three a session: entering a fourth leaves the one of the longest ago', async () => {
    const [ada] = await rollcall.strangers('ada');
    const rooms = [await room(ada), await room(ada), await room(ada), await room(ada)] as const;
    const socket = await ada.connect({ sessionId: 'tab' });
    for (const id of rooms.slice(0, 3)) await enter(socket, id);
    const at = async () => Promise.all(rooms.map(async (id) => (await here(ada, id)).count));
    expect(await at()).toEqual([1, 1, 1, 0]);
    // Entered again it is the latest.
    await enter(socket, rooms[0]);
    await enter(socket, rooms[3]);
    expect(await at()).toEqual([1, 0, 1, 1]);
    // Another session has three of its own.
    await enter(ada, rooms[1], 'other');
    expect(await at()).toEqual([1, 1, 1, 1]);
    await socket.close();
  });

  it('moves nothing of presence', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const chat = await room(ada, ben);
    const socket = await ben.connect({ sessionId: 'tab' });
    const before = await ada.userPresence(ben.id);
    await enter(socket, chat);
    await leave(socket, chat);
    const { asOf: _, ...after } = (await ada.userPresence(ben.id))!;
    expect(before).toMatchObject(after);
    await socket.close();
  });

  it('lists and counts for each caller who may be seen by them', async () => {
    const [ada, ben, cyn, dan] = await rollcall.strangers('ada', 'ben', 'cyn', 'dan');
    const chat = await openRoom();
    // Ben is open to everybody; Cyn to nobody; Dan to those who follow him.
    await ben.updatePrivacy({ status: 'EVERYONE' });
    await cyn.updatePrivacy({ status: 'NOBODY' });
    for (const who of [ben, cyn, dan]) await enter(who, chat);
    expect(await listed(ada, chat)).toEqual([ben.id]);
    expect(await listed(cyn, chat)).toEqual(sorted(ben, cyn));
    await ada.follow(dan.id);
    expect(await listed(ada, chat)).toEqual(sorted(ben, dan));
    await dan.block(ada.id);
    expect(await listed(ada, chat)).toEqual([ben.id]);
  });

  it('shows who is INVISIBLE to themselves alone', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const chat = await room(ada, ben);
    const socket = await ben.connect({ sessionId: 'tab' });
    await ben.setPresence({ status: 'INVISIBLE' });
    const answer = await enter(socket, chat);
    expect(answer.people).toMatchObject([{ id: ben.id, status: 'INVISIBLE' }]);
    expect(await listed(ben, chat)).toEqual([ben.id]);
    expect(await listed(ada, chat)).toEqual([]);
    await ben.setPresence({ status: 'ONLINE' });
    expect(await listed(ada, chat)).toEqual([ben.id]);
    await ben.setPresence({ status: 'OFFLINE' });
    expect(await listed(ada, chat)).toEqual([]);
    await socket.close();
  });
});

describe.concurrent('a place that the caller may not use', () => {
  it('is NOT_FOUND as one that never was, whatever is asked', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    const hidden = [await room(ben), rollcall.fresh('post'), rollcall.fresh('post')] as const;
    await host.putConversation(hidden[1], [], false, { ownerId: ben.id, audience: 'FOLLOWERS' });
    await host.putConversation(hidden[2], [], true, { ownerId: ben.id, audience: 'EVERYONE' });
    expect((await here(ada, hidden[2])).count).toBe(0);
    await ada.block(ben.id);
    const answersOf = async (conversationId: string) => {
      const socket = await ada.lurk();
      const bodies = await Promise.all(
        [HereDocument, EnterDocument, LeaveDocument].map(
          async (document) => (await ada.ask(print(document as typeof HereDocument), { conversationId })).body,
        ),
      );
      const refused = await watch(socket, HereChangedDocument, { conversationId })
        .next()
        .catch((error: Error) => error);
      await socket.close();
      return JSON.parse(JSON.stringify([bodies, (refused as { errors?: unknown }).errors]));
    };
    const unknown = await answersOf('never');
    expect(unknown[0][0].errors[0].extensions.code).toBe('NOT_FOUND');
    expect(unknown[1][0].extensions.code).toBe('NOT_FOUND');
    for (const id of hidden) expect(await answersOf(id)).toEqual(unknown);
  });

  it('is refused by the form of its id, and to the host', async () => {
    const [ada] = await rollcall.strangers('ada');
    for (const id of ['', 'x'.repeat(129)]) {
      expect(await codeOf(here(ada, id))).toBe('BAD_USER_INPUT');
      expect(await codeOf(enter(ada, id))).toBe('BAD_USER_INPUT');
      expect(await codeOf(leave(ada, id))).toBe('BAD_USER_INPUT');
    }
    expect(await codeOf(here(ada, 'x'.repeat(128)))).toBe('NOT_FOUND');
    expect(await codeOf(enter(host, await openRoom()))).toBe('FORBIDDEN');
    expect(await codeOf(leave(host, 'x'))).toBe('FORBIDDEN');
  });
});

describe.concurrent('hereChanged', () => {
  it('begins with all who are there, and tells who comes and goes', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const chat = await room(ada, ben, cyn);
    await enter(ben, chat);
    const socket = await ada.connect({ sessionId: 'tab' });
    const { events, held } = watchHere(socket, chat);
    expect(await events.next()).toMatchObject({ here: { id: chat, count: 1 }, came: [{ id: ben.id }], went: [] });
    await enter(socket, chat);
    expect(await events.next()).toMatchObject({ here: { count: 2 }, came: [{ id: ada.id }], went: [] });
    await enter(cyn, chat);
    await events.nextWhere(({ here }) => here.count === 3);
    await leave(ben, chat);
    expect(await events.next()).toMatchObject({ here: { count: 2 }, came: [], went: [ben.id] });
    expect(held()).toEqual(await listed(ada, chat));
    const instants = events.transcript.map((event) => Date.parse(event.here.asOf));
    expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
    await socket.close();
  });

  it('begins with nobody where nobody is', async () => {
    const [ada] = await rollcall.strangers('ada');
    const socket = await ada.lurk();
    const { events } = watchHere(socket, await openRoom());
    expect(await events.next()).toMatchObject({ here: { count: 0 }, came: [], went: [] });
    await socket.close();
  });

  it('sees no reload within the grace, and sees its end', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const chat = await room(ada, ben, cyn);
    const watcher = await ada.lurk();
    const place = watchHere(watcher, chat);
    const first = await ben.connect({ sessionId: 'tab' });
    await enter(first, chat);
    await place.came(ben);
    await first.drop();
    const [second, between] = await Promise.all([ben.connect({ sessionId: 'tab' }), listed(ada, chat)]);
    expect(between).toEqual([ben.id]);
    // The same session is there without entering again.
    expect(await listed(ben, chat)).toEqual([ben.id]);
    await enter(cyn, chat);
    await place.came(cyn);
    expect(place.wentEver()).toEqual([]);
    await second.close();
    await place.went(ben);
    expect(place.wentEver()).toEqual([ben.id]);
    expect(await listed(ada, chat)).toEqual([cyn.id]);
    await watcher.close();
  });

  it('tells each change of sight of a person, and only to whom it concerns', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    // An open one shares nobody's presence with anybody.
    const chat = await openRoom();
    const tab = await ben.connect({ sessionId: 'tab' });
    await enter(tab, chat);
    const [near, far] = [await ada.lurk(), await cyn.lurk()];
    const [place, other] = [watchHere(near, chat), watchHere(far, chat)];
    await place.came(ben);
    await other.came(ben);
    const changes = [
      [() => ben.block(ada.id), () => ben.unblock(ada.id)],
      [() => ada.block(ben.id), () => ada.unblock(ben.id)],
      [() => ada.unfollow(ben.id), () => ada.follow(ben.id)],
    ] as const;
    for (const [lose, regain] of changes) {
      await lose();
      expect(await place.went(ben)).toMatchObject({ here: { count: 0 }, came: [], went: [ben.id] });
      expect(await listed(ada, chat)).toEqual([]);
      await regain();
      expect((await place.came(ben)).here.count).toBe(1);
    }
    expect(other.wentEver()).toEqual([]);
    const both = [
      [() => ben.updatePrivacy({ status: 'NOBODY' }), () => ben.updatePrivacy({ status: 'FOLLOWERS' })],
      [() => tab.setPresence({ status: 'INVISIBLE' }), () => tab.setPresence({ status: 'ONLINE' })],
      [() => tab.setPresence({ status: 'OFFLINE' }), () => tab.setPresence({ status: 'AWAY' })],
    ] as const;
    for (const [lose, regain] of both) {
      await lose();
      for (const each of [place, other]) await each.went(ben);
      await regain();
      for (const each of [place, other]) await each.came(ben);
    }
    await host.deleteUser(ben.id);
    for (const each of [place, other]) await each.went(ben);
    expect([place.held(), other.held()]).toEqual([[], []]);
    await near.close();
    await far.close();
  });

  it('ends with `went` of all where the right is lost, is silent, and begins again', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const [chat, post] = [await room(ada, ben, cyn), rollcall.fresh('post')];
    // Members of one conversation are in FOLLOWERS of each other, whom they follow or not.
    const ofBen = { ownerId: ben.id, audience: 'MUTUALS' } as const;
    await host.putConversation(post, [], false, ofBen);
    const losses = [
      [
        chat,
        () => host.putConversation(chat, [ben.id, cyn.id]),
        () => host.putConversation(chat, [ada.id, ben.id, cyn.id]),
      ],
      [chat, () => host.deleteConversation(chat), () => host.putConversation(chat, [ada.id, ben.id, cyn.id])],
      [
        post,
        () => host.putConversation(post, [cyn.id], false, { ...ofBen, audience: 'NOBODY' }),
        () => host.putConversation(post, [], false, ofBen),
      ],
      [post, () => ben.block(ada.id), () => ben.unblock(ada.id)],
      [post, () => ben.unfollow(ada.id), () => ben.follow(ada.id)],
    ] as const;
    for (const [id, lose, regain] of losses) {
      const [watcher, desk] = [await ada.lurk(), await ada.connect({ sessionId: 'desk' })];
      const place = watchHere(watcher, id);
      await enter(cyn, id);
      await enter(desk, id);
      await place.events.nextWhere(() => place.held().length === 2);
      await lose();
      const end = await place.events.nextWhere(({ went }) => went.length > 0);
      expect(end).toMatchObject({ here: { count: 0 }, came: [] });
      expect([...end.went].sort()).toEqual(sorted(ada, cyn));
      expect(await codeOf(here(ada, id))).toBe('NOT_FOUND');
      const silentFrom = place.events.transcript.length;
      await leave(cyn, id).catch(() => {});
      await regain();
      await enter(cyn, id);
      await place.came(cyn);
      // Who lost the right was removed from the place, and is not there by having it back.
      expect(place.held()).toEqual([cyn.id]);
      expect(place.events.transcript.slice(silentFrom).flatMap(({ went }) => went)).toEqual([]);
      expect(await listed(ada, id)).toEqual([cyn.id]);
      await leave(cyn, id);
      await watcher.close();
      await desk.close();
    }
  });

  it('brings at most one event of comings in an interval, over a slow path too, and the last state', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const chat = await room(ada, ben, cyn);
    const proxy = await openSlowProxy();
    proxy.leadTo(Number(new URL(rollcall.origin).port));
    const socket = await connectSocket(`ws://127.0.0.1:${proxy.port}/graphql`, {
      authorization: `Bearer ${await ada.token()}`,
      presence: false,
    });
    const place = watchHere(socket, chat);
    await place.events.next();
    proxy.delay(300);
    const began = performance.now();
    const tab = await ben.connect({ sessionId: 'tab' });
    for (let n = 0; n < 15; n += 1) {
      await enter(tab, chat);
      await leave(tab, chat);
    }
    await enter(cyn, chat);
    await place.events.nextWhere(() => place.held().join() === cyn.id);
    const took = performance.now() - began;
    expect(place.events.transcript.length).toBeLessThanOrEqual(2 + Math.ceil(took / 100));
    await socket.close();
    await tab.close();
    await proxy.close();
  });

  it('is watched at most 50 times a connection', async () => {
    const [ada] = await rollcall.strangers('ada');
    const [chat, other] = [await openRoom(), await openRoom()];
    const socket = await ada.lurk();
    const all = Array.from({ length: 49 }, () => watchHere(socket, chat));
    for (const { events } of all) await events.next();
    const fiftieth = watchHere(socket, other);
    await fiftieth.events.next();
    expect(await codeOf(watchHere(socket, other).events.next())).toBe('BAD_USER_INPUT');
    await socket.close();
  });
});
