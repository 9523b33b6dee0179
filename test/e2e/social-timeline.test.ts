/** Timelines over HTTP and sockets: what those on the caller's roster did, and the end of what is no longer the caller's to see. */
import { describe, expect, it } from 'vitest';
import {
  MuteDocument,
  RetractDocument,
  TellDocument,
  TimelineChangedDocument,
  TimelineDocument,
  UnmuteDocument,
} from '../generated/operations.js';
import type { Audience } from '../support/http/api.js';
import { ask, codeOf, type Watch, watch } from '../support/http/documents.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import { openSlowProxy } from '../support/http/slowProxy.js';
import { connectSocket, type Socket } from '../support/http/socket.js';

const rollcall = await serve({ BROADCAST_INTERVAL: '100ms' });
const { host } = rollcall;

const tell = (...acts: object[]) => ask(host, TellDocument, { acts });
const retract = (...actIds: string[]) => ask(host, RetractDocument, { actIds });
/** Tells a post of the actor's, and gives its id. */
const post = async (actor: Person, fields: { readonly objectId?: string; readonly audience?: Audience } = {}) => {
  const id = rollcall.fresh('act');
  await tell({ id, verb: 'post', actorId: actor.id, ...fields });
  return id;
};
const timeline = (who: Pick<Person, 'execute'>, page: { readonly first?: unknown; readonly after?: unknown } = {}) =>
  ask(who, TimelineDocument, page);
const idsOf = async (who: Pick<Person, 'execute'>) =>
  (await timeline(who, { first: 100 })).edges.map(({ node }) => node.id);

interface Event {
  readonly id: string;
  readonly gone: boolean;
  readonly actor: { readonly id: string };
}
const follow = (socket: Socket): Watch<Event> => watch(socket, TimelineChangedDocument, {});
const linesOf = (events: Watch<Event>) => events.transcript.map(({ id, gone }) => (gone ? `-${id}` : `+${id}`));

/** A subscription that has started, of which it has no event: the actor posts until the watcher, who sees the actor, hears of one. */
const started = async (socket: Socket, actor: Person): Promise<Watch<Event>> => {
  const events = follow(socket);
  while (events.transcript.length === 0) {
    await post(actor);
    await socket.me();
  }
  // What was posted before is heard before this.
  const last = await post(actor);
  await events.nextWhere(({ id }) => id === last);
  return events;
};

/** Ada, who follows Ben and Cyn; both follow her. Cyn proves the silence of Ben: what she does comes after it. */
const watched = async () => {
  const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
  const socket = await ada.lurk();
  const events = await started(socket, cyn);
  const silence = async () => {
    const id = await post(cyn);
    await events.nextWhere((event) => event.id === id);
  };
  return { ada, ben, socket, events, silence };
};

describe.concurrent('a timeline', () => {
  it('has the acts of those on the roster, the latest told first', async () => {
    const [ada, ben, cyn, dan, eve] = await rollcall.strangers('ada', 'ben', 'cyn', 'dan', 'eve');
    await ada.follow(ben.id);
    await host.putCircle(rollcall.fresh('circle'), [ada.id, cyn.id]);
    await dan.follow(ada.id);
    const first = await post(ben);
    await post(dan);
    await post(ada);
    const second = await post(cyn);
    await post(eve, { audience: 'EVERYONE' });
    // The host's clock orders nothing.
    const third = rollcall.fresh('act');
    const at = '2001-01-01T00:00:00.000Z';
    await tell({ id: third, verb: 'like', actorId: ben.id, at, text: 'ü', data: '{}', objectId: 'o', objectType: 't' });
    expect(await idsOf(ada)).toEqual([third, second, first]);
    const { edges } = await timeline(ada, { first: 1 });
    expect(edges[0]!.node).toMatchObject({
      id: third,
      verb: 'like',
      actor: { id: ben.id, name: ben.id },
      objectId: 'o',
      objectType: 't',
      text: 'ü',
      data: '{}',
      at,
      gone: false,
    });
    // Of the one she follows she sees the presence; told twice is told once.
    expect(edges[0]!.node.actor.presence).toMatchObject({ id: ben.id });
    expect(await tell({ id: first, verb: 'other', actorId: ben.id })).toBe(0);
    expect(await idsOf(ada)).toEqual([third, second, first]);
  });

  it('shows the presence of an actor to nobody who may not see it', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await ada.follow(ben.id);
    await ben.updatePrivacy({ status: 'NOBODY' });
    const id = await post(ben);
    const { edges } = await timeline(ada);
    expect(edges).toMatchObject([{ node: { id, actor: { id: ben.id, presence: null } } }]);
  });

  it('holds to the audience of each act', async () => {
    const [ada, ben, cyn] = await rollcall.strangers('ada', 'ben', 'cyn');
    await ada.follow(ben.id);
    await cyn.follow(ben.id);
    await ben.follow(ada.id);
    const everyone = await post(ben, { audience: 'EVERYONE' });
    const followers = await post(ben, { audience: 'FOLLOWERS' });
    const mutuals = await post(ben, { audience: 'MUTUALS' });
    await post(ben, { audience: 'NOBODY' });
    expect(await idsOf(ada)).toEqual([mutuals, followers, everyone]);
    expect(await idsOf(cyn)).toEqual([followers, everyone]);
  });

  it('holds to who may use the object, where that is a conversation', async () => {
    const [ada, ben, cyn] = await rollcall.strangers('ada', 'ben', 'cyn');
    await ada.follow(ben.id);
    const [chat, open, owned] = [rollcall.fresh('chat'), rollcall.fresh('open'), rollcall.fresh('owned')];
    await host.putConversation(chat, [ben.id]);
    await host.putConversation(open, [], true);
    await host.putConversation(owned, [], false, { ownerId: cyn.id, audience: 'FOLLOWERS' });
    await post(ben, { objectId: chat, audience: 'EVERYONE' });
    const ofOpen = await post(ben, { objectId: open });
    await post(ben, { objectId: owned });
    const ofNone = await post(ben, { objectId: 'no-conversation' });
    expect(await idsOf(ada)).toEqual([ofNone, ofOpen]);
    await ada.follow(cyn.id);
    expect(await idsOf(ada)).toHaveLength(3);
    // The owner's block hides what others do with it.
    await cyn.block(ada.id);
    expect(await idsOf(ada)).toEqual([ofNone, ofOpen]);
  });

  it('has pages, whose cursors stay where they are', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await ada.follow(ben.id);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await post(ben));
    const first = await timeline(ada, { first: 2 });
    await post(ben);
    await retract(ids[1]!, ids[3]!);
    const second = await timeline(ada, { first: 2, after: first.pageInfo.endCursor });
    expect(first.edges.map(({ node }) => node.id)).toEqual(ids.slice(0, 2));
    expect(second.edges.map(({ node }) => node.id)).toEqual([ids[2], ids[4]]);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    expect(await timeline(ada, { first: 1, after: second.pageInfo.endCursor })).toMatchObject({ edges: [] });
  });

  it('has pages of 1 to 100, and cursors of its own', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await ada.follow(ben.id);
    await tell(
      ...Array.from({ length: 101 }, (_, n) => ({ id: rollcall.fresh(`act${n}`), verb: 'post', actorId: ben.id })),
    );
    const whole = await timeline(ada, { first: 100 });
    expect(whole.edges).toHaveLength(100);
    expect(whole.pageInfo.hasNextPage).toBe(true);
    expect((await timeline(ada, { first: 100, after: whole.pageInfo.endCursor })).edges).toHaveLength(1);
    const ofRoster = (await ada.roster()).pageInfo.endCursor;
    for (const page of [
      { first: 0 },
      { first: -1 },
      { first: 101 },
      { after: 'x' },
      { after: '' },
      { after: ofRoster },
    ]) {
      expect(await codeOf(timeline(ada, page))).toBe('BAD_USER_INPUT');
    }
  });

  it('forgets what is taken back, and has it in its old place when it is told again', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await ada.follow(ben.id);
    const ids = [await post(ben), await post(ben), await post(ben)].reverse();
    expect(await retract(ids[1]!, 'never-told')).toBe(1);
    expect(await retract(ids[1]!)).toBe(0);
    expect(await idsOf(ada)).toEqual([ids[0], ids[2]]);
    expect(await tell({ id: ids[1], verb: 'post', actorId: ben.id })).toBe(1);
    expect(await idsOf(ada)).toEqual(ids);
  });

  it('is restored as it was when what hid it ends', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const object = rollcall.fresh('track');
    const [ofBen, onObject, ofCyn] = [await post(ben), await post(cyn, { objectId: object }), await post(cyn)];
    const whole = [ofCyn, onObject, ofBen];
    const hidings = [
      [() => ada.block(ben.id), () => ada.unblock(ben.id), [ofCyn, onObject]],
      [() => ben.block(ada.id), () => ben.unblock(ada.id), [ofCyn, onObject]],
      [
        () => ask(ada, MuteDocument, { userId: ben.id }),
        () => ask(ada, UnmuteDocument, { userId: ben.id }),
        [ofCyn, onObject],
      ],
      [
        () => ask(ada, MuteDocument, { objectId: object }),
        () => ask(ada, UnmuteDocument, { objectId: object }),
        [ofCyn, ofBen],
      ],
      [() => ada.unfollow(ben.id), () => ada.follow(ben.id), [ofCyn, onObject]],
    ] as const;
    for (const [hide, show, rest] of hidings) {
      await hide();
      expect(await idsOf(ada)).toEqual(rest);
      await show();
      expect(await idsOf(ada)).toEqual(whole);
    }
  });

  it('is of users alone', async () => {
    expect(await codeOf(timeline(host))).toBe('FORBIDDEN');
    const socket = await host.lurk();
    expect(await codeOf(follow(socket).next())).toBe('FORBIDDEN');
    await socket.close();
  });
});

describe.concurrent('timelineChanged', () => {
  it('brings what is told from its start on, once, as the query has it', async () => {
    const [ada, ben, cyn] = await rollcall.strangers('ada', 'ben', 'cyn');
    await ada.follow(ben.id);
    await ada.follow(cyn.id);
    await post(ben);
    const socket = await ada.lurk();
    const events = await started(socket, cyn);
    // Subscribed, then asked: by their ids the two are one list.
    const asked = await idsOf(ada);
    const [one, other] = [await post(ben), await post(ben)];
    await tell({ id: one, verb: 'post', actorId: ben.id });
    const last = await post(ben);
    await events.nextWhere(({ id }) => id === last);
    const heard = events.transcript.map(({ id }) => id).reverse();
    expect(heard).toHaveLength(new Set(heard).size);
    // What was told the moment before the start may come, as it is in the list.
    expect(heard.filter((id) => !asked.includes(id))).toEqual([last, other, one]);
    expect(await idsOf(ada)).toEqual([last, other, one, ...asked]);
    const [edge] = (await timeline(ada, { first: 1 })).edges;
    const { presence: _, ...actor } = edge!.node.actor;
    expect(events.transcript.find(({ id }) => id === last)).toEqual({ ...edge!.node, actor });
    await socket.close();
  });

  it('brings the acts of one call in the order of the list, whatever their ids', async () => {
    const { ada, ben, socket, events } = await watched();
    const from = events.transcript.length;
    const ids = ['b', 'a', 'c'].map((name) => rollcall.fresh(name));
    await tell(...ids.map((id) => ({ id, verb: 'post', actorId: ben.id })));
    while (events.transcript.length < from + 3) await events.next();
    expect(linesOf(events).slice(from)).toEqual(ids.map((id) => `+${id}`));
    expect((await idsOf(ada)).slice(0, 3)).toEqual(ids.toReversed());
    await socket.close();
  });

  it('is silent about what the caller may not see, and about its end', async () => {
    const { ada, ben, socket, events, silence } = await watched();
    const [stranger] = await rollcall.strangers('stranger');
    const chat = rollcall.fresh('chat');
    await host.putConversation(chat, [ben.id]);
    await ask(ada, MuteDocument, { objectId: 'muted' });
    const hidden = [
      await post(ben, { audience: 'NOBODY' }),
      await post(ben, { objectId: chat }),
      await post(ben, { objectId: 'muted' }),
      await post(stranger, { audience: 'EVERYONE' }),
    ];
    await silence();
    await retract(...hidden);
    await silence();
    for (const id of hidden) expect(JSON.stringify(events.transcript)).not.toContain(id);
    await socket.close();
  });

  it('ends each act that goes out of sight with one `gone`, and brings it again with its sight', async () => {
    const { ada, ben, socket, events, silence } = await watched();
    const [chat, owned, track] = [rollcall.fresh('chat'), rollcall.fresh('owned'), rollcall.fresh('track')];
    const [owner] = await rollcall.strangers('owner');
    await ada.follow(owner.id);
    const putOwned = (audience: Audience) => host.putConversation(owned, [], false, { ownerId: owner.id, audience });
    await host.putConversation(chat, [ada.id, ben.id]);
    await putOwned('FOLLOWERS');
    const ids = {
      plain: await post(ben),
      chat: await post(ben, { objectId: chat }),
      owned: await post(ben, { objectId: owned }),
      track: await post(ben, { objectId: track }),
      mutuals: await post(ben, { audience: 'MUTUALS' }),
    };
    const all = Object.values(ids);
    const whole = await idsOf(ada);
    for (const id of all) await events.nextWhere((event) => event.id === id);
    const user = { userId: ben.id };
    const changes: readonly (readonly [() => Promise<unknown>, () => Promise<unknown>, readonly string[]])[] = [
      [() => ada.block(ben.id), () => ada.unblock(ben.id), all],
      [() => ben.block(ada.id), () => ben.unblock(ada.id), all],
      [() => ask(ada, MuteDocument, user), () => ask(ada, UnmuteDocument, user), all],
      [
        () => ask(ada, MuteDocument, { objectId: track }),
        () => ask(ada, UnmuteDocument, { objectId: track }),
        [ids.track],
      ],
      [() => host.putConversation(chat, [ben.id]), () => host.putConversation(chat, [ada.id, ben.id]), [ids.chat]],
      [() => putOwned('NOBODY'), () => putOwned('FOLLOWERS'), [ids.owned]],
      [() => ada.unfollow(owner.id), () => ada.follow(owner.id), [ids.owned]],
      [() => owner.block(ada.id), () => owner.unblock(ada.id), [ids.owned]],
      [() => ben.unfollow(ada.id), () => ben.follow(ada.id), [ids.mutuals]],
      [() => retract(ids.plain), () => tell({ id: ids.plain, verb: 'post', actorId: ben.id }), [ids.plain]],
    ];
    for (const [hide, show, touched] of changes) {
      let from = events.transcript.length;
      const since = () =>
        linesOf(events)
          .slice(from)
          .filter((line) => all.includes(line.slice(1)));
      const heard = async (isGone: boolean) => {
        const wanted = new Set(touched);
        while (wanted.size > 0) {
          const { id } = await events.nextWhere(({ id, gone }) => wanted.has(id) && gone === isGone);
          wanted.delete(id);
        }
      };
      await hide();
      await heard(true);
      expect(await idsOf(ada)).not.toEqual(expect.arrayContaining([touched[0]]));
      await silence();
      expect(since().sort()).toEqual(touched.map((id) => `-${id}`).sort());
      from = events.transcript.length;
      await show();
      await heard(false);
      await silence();
      expect(since().sort()).toEqual(touched.map((id) => `+${id}`).sort());
      // But for what Cyn did meanwhile.
      expect((await idsOf(ada)).filter((id) => whole.includes(id))).toEqual(whole);
    }
    // An end says nothing but whose it is.
    for (const { id, actor, ...rest } of events.transcript.filter(({ gone }) => gone)) {
      expect(all).toContain(id);
      expect(JSON.stringify([actor, rest])).not.toContain(ben.id);
      expect(rest).toMatchObject({ verb: '', objectId: null, objectType: null, text: null, data: null });
    }
    await socket.close();
  });

  it('ends what deletions take along', async () => {
    const { ada, ben, socket, events, silence } = await watched();
    const track = rollcall.fresh('track');
    await host.putConversation(track, [], true);
    const [onTrack, plain] = [await post(ben, { objectId: track }), await post(ben)];
    await events.nextWhere(({ id }) => id === plain);
    await host.deleteConversation(track);
    expect(await events.nextWhere(({ gone }) => gone)).toMatchObject({ id: onTrack });
    await host.deleteUser(ben.id);
    expect(await events.nextWhere(({ gone }) => gone)).toMatchObject({ id: plain });
    const rest = await idsOf(ada);
    expect(rest).not.toContain(onTrack);
    expect(rest).not.toContain(plain);
    expect(await codeOf(post(ben))).toBeUndefined();
    await silence();
    expect(events.transcript.filter(({ gone }) => gone)).toHaveLength(2);
    await socket.close();
  });

  it('begins with who is newly followed from then on', async () => {
    const { ada, socket, events, silence } = await watched();
    const [dan] = await rollcall.strangers('dan');
    const unheard = await post(dan);
    await silence();
    await ada.follow(dan.id);
    const id = await post(dan);
    await events.nextWhere((event) => event.id === id);
    await ada.unfollow(dan.id);
    expect(await events.nextWhere(({ gone }) => gone)).toMatchObject({ id: expect.any(String) });
    const after = await post(dan);
    await silence();
    expect(linesOf(events)).not.toContain(`+${after}`);
    expect(linesOf(events)).toContain(`-${id}`);
    expect(unheard).not.toBe(id);
    await socket.close();
  });

  it('brings every act over a slow path, in the order of telling', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await ada.follow(ben.id);
    const proxy = await openSlowProxy();
    proxy.leadTo(Number(new URL(rollcall.origin).port));
    const socket = await connectSocket(`ws://127.0.0.1:${proxy.port}/graphql`, {
      authorization: `Bearer ${await ada.token()}`,
      presence: false,
    });
    const events = await started(socket, ben);
    const from = events.transcript.length;
    proxy.delay(300);
    const ids = Array.from({ length: 100 }, (_, n) => rollcall.fresh(`act${n}`));
    for (let at = 0; at < 100; at += 25) {
      await tell(...ids.slice(at, at + 25).map((id) => ({ id, verb: 'post', actorId: ben.id })));
    }
    await retract(ids[10]!);
    // An act that waits to be judged as it is taken back goes in its place.
    await events.nextWhere(({ id }) => id === ids[99]);
    if (!linesOf(events).includes(`-${ids[10]}`)) await events.nextWhere(({ id, gone }) => id === ids[10] && gone);
    const lines = linesOf(events)
      .slice(from)
      .filter((line) => line.startsWith('+') && ids.includes(line.slice(1)));
    // What was taken back may have gone before it was sent.
    expect(lines.filter((line) => line !== `+${ids[10]}`)).toEqual(
      ids.filter((id) => id !== ids[10]).map((id) => `+${id}`),
    );
    await socket.close();
    await proxy.close();
  });
});
