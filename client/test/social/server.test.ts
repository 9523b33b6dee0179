/** The social layer of the client beside a real server. */
import { describe, expect, it } from 'vitest';
import { type Person, serve } from '../../../test/support/http/rollcall.js';
import { createSocial, type Inbox } from '../../src/social/index.js';
import { clientOf, closeAfterEach } from '../support/people.js';
import { until } from '../support/until.js';

const rollcall = await serve();
closeAfterEach();

const none = () => {};
const PUT_POST = `mutation($id: ID!, $ownerId: ID!) {
  putConversation(id: $id, memberIds: [], ownerId: $ownerId, audience: FOLLOWERS) }`;
const TELL = 'mutation($acts: [ActInput!]!) { tell(acts: $acts) }';
const RETRACT = 'mutation($ids: [ID!]!) { retract(actIds: $ids) }';
const PUT_COUNTS = 'mutation($counts: [CountsInput!]!) { putCounts(counts: $counts) }';

/** What the host says; fails where it is refused. */
const say = async (document: string, variables: Record<string, unknown>): Promise<unknown> => {
  const { body } = await rollcall.host.ask(document, variables);
  expect(body.errors).toBe(undefined);
  return body.data;
};
const putCounts = (objectId: string, version: number, likes: number) =>
  say(PUT_COUNTS, { counts: [{ objectId, version: `${version}`, counts: [{ name: 'likes', value: likes }] }] });
const likeOf = (actor: Person, postId: string, owner: Person) => ({
  id: `like:${postId}:${actor.id}`,
  verb: 'like',
  actorId: actor.id,
  objectId: postId,
  objectType: 'post',
  notify: [owner.id],
});
const like = (...given: Parameters<typeof likeOf>) => say(TELL, { acts: [likeOf(...given)] });
const unlike = (...given: Parameters<typeof likeOf>) => say(RETRACT, { ids: [likeOf(...given).id] });

/** A post of the first of three people who follow each other. */
const withPost = async () => {
  const people = await rollcall.friends('ada', 'ben', 'cleo');
  const postId = rollcall.fresh('post');
  await say(PUT_POST, { id: postId, ownerId: people[0].id });
  return [postId, ...people] as const;
};
const socialOf = (person: Person, options: Parameters<typeof clientOf>[2] = {}) => {
  const client = clientOf(rollcall.url, person, options);
  return { client, ...createSocial(client) };
};
const actorsOf = (inbox: Inbox | undefined) => inbox?.notices.map(({ actors }) => actors.map(({ id }) => id).sort());

/** Whether the notices are those of the latest positions, one after the other. */
const isWithoutHoles = ({ notices, revision }: Inbox): boolean =>
  notices.every(({ position }, at) => Number(position) === Number(revision) - at);

describe('counts', () => {
  it('are live, in order of their versions, and of objects that the caller may use', async () => {
    const [postId, , ben] = await withPost();
    const { counts } = socialOf(ben);
    const seen: (number | undefined)[] = [];
    counts(postId).subscribe((value) => seen.push(value?.all[0]?.value));
    await until(counts(postId), (value) => value !== undefined);
    await putCounts(postId, 5, 50);
    await putCounts(postId, 4, 40);
    await putCounts(postId, 6, 60);
    await until(counts(postId), (value) => value?.all[0]?.value === 60);
    expect(seen).not.toContain(40);
    const [stranger] = await rollcall.strangers('eve');
    const theirs = socialOf(stranger);
    theirs.counts(postId).subscribe(none);
    await expect(
      theirs.client.request('query($ids: [ID!]!) { counts(objectIds: $ids) { id } }', { ids: [postId] }),
    ).resolves.toEqual({ counts: [] });
    expect(theirs.counts(postId).get()).toBe(undefined);
  });
});

describe('who is at a place', () => {
  it('comes with enter and goes with leave; a connection that is lost and back is not seen', async () => {
    const [postId, ada, ben] = await withPost();
    const hers = socialOf(ada);
    const his = socialOf(ben);
    const here = hers.here(postId);
    const seen: (readonly string[] | undefined)[] = [];
    const leave = his.enter(postId);
    await until(here, (value) => value?.people.length === 1);
    here.subscribe((value) => seen.push(value?.people.map(({ userId }) => userId)));
    his.client.background();
    his.client.foreground();
    await until(his.client.connection, ({ phase }) => phase === 'online');
    hers.enter(postId);
    await until(here, (value) => value?.people.length === 2);
    expect(seen.every((people) => people?.includes(ben.id))).toBe(true);
    leave();
    await until(here, (value) => value?.people.length === 1 && value.people[0]?.userId === ada.id);
  });

  it('is there again where the session began anew', async () => {
    const [postId, ada, ben] = await withPost();
    const here = socialOf(ada).here(postId);
    const his = socialOf(ben);
    his.enter(postId);
    await until(here, (value) => value?.people.length === 1);
    const { sessions } = await ben.me();
    await ben.ask('mutation($id: ID!) { endSession(sessionId: $id) }', { id: sessions[0]!.id });
    await until(here, (value) => value?.people.length === 0);
    his.client.background();
    his.client.foreground();
    await until(here, (value) => value?.people.length === 1);
  });
});

describe('a right that was not there', () => {
  it('brings back who entered, once it is there again: after an unblocking', async () => {
    const [postId, ada, ben] = await withPost();
    const [hers, his] = [socialOf(ada), socialOf(ben)];
    const here = hers.here(postId);
    his.here(postId).subscribe(none);
    hers.enter(postId);
    his.enter(postId);
    await until(here, (value) => value?.people.length === 2);
    const placesOf = () => his.client.request('mutation { heartbeat { places } }');
    expect(await placesOf()).toEqual({ heartbeat: { places: [postId] } });
    await hers.client.block(ben.id);
    await until(here, (value) => value?.people.length === 1);
    expect(await placesOf()).toEqual({ heartbeat: { places: [] } });
    await hers.client.unblock(ben.id);
    await until(here, (value) => value?.people.length === 2);
  });

  it('brings in who entered and looked before the host had made the place', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const postId = rollcall.fresh('post');
    const codes: string[] = [];
    const his = socialOf(ben, { onError: ({ code }) => codes.push(code) });
    const here = his.here(postId);
    const stop = here.subscribe(none);
    his.enter(postId);
    await expect.poll(() => codes).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    await say(PUT_POST, { id: postId, ownerId: ada.id });
    await until(here, (value) => value?.people[0]?.userId === ben.id);
    stop();
  });
});

describe('the tray', () => {
  it('takes in likes as one notice, live; read on one device goes out on the other', async () => {
    const [postId, ada, ben, cleo] = await withPost();
    const [desk, phone] = [socialOf(ada), socialOf(ada, { device: 'MOBILE' })];
    for (const { inbox } of [desk, phone]) await until(inbox, (value) => value?.unread === 0);
    await like(ben, postId, ada);
    await until(desk.inbox, (value) => value?.unseen === 1 && value.notices.length === 1);
    await like(cleo, postId, ada);
    await until(desk.inbox, (value) => value?.notices[0]?.actorCount === 2);
    await until(phone.inbox, (value) => value?.notices[0]?.actorCount === 2);
    await desk.inbox.markSeen();
    await until(phone.inbox, (value) => value?.unseen === 0 && value.unread === 1);
    await desk.inbox.markRead();
    const read = await until(phone.inbox, (value) => value?.unread === 0 && value.notices[0]?.isRead === true);
    expect(actorsOf(read)).toEqual([[ben.id, cleo.id].sort()]);
  });

  it('a like that comes and goes notifies once', async () => {
    const [postId, ada, ben] = await withPost();
    const { inbox } = socialOf(ada);
    await until(inbox, (value) => value?.unread === 0);
    const lit: number[] = [];
    inbox.subscribe((value) => lit.push(value?.unseen ?? 0));
    await like(ben, postId, ada);
    await until(inbox, (value) => value?.unseen === 1);
    await inbox.markSeen();
    await until(inbox, (value) => value?.unseen === 0);
    const before = lit.length;
    for (let i = 0; i < 3; i += 1) {
      await unlike(ben, postId, ada);
      await like(ben, postId, ada);
    }
    await until(inbox, (value) => value?.notices.length === 1);
    // A later change of the tray, after which all of it has come.
    await say(TELL, { acts: [{ id: `comment:${postId}`, verb: 'comment', actorId: ben.id, notify: [ada.id] }] });
    await until(inbox, (value) => value?.notices.length === 2);
    expect(lit.slice(before).filter((unseen) => unseen > 1)).toEqual([]);
    expect(inbox.get()?.unseen).toBe(1);
  });

  it('a block empties it, badge included, and unblocking restores the very list', async () => {
    const [postId, ada, ben, cleo] = await withPost();
    const hers = socialOf(ada);
    const comment = (actor: Person, name: string) =>
      say(TELL, {
        acts: [{ id: `${name}:${postId}`, verb: 'comment', actorId: actor.id, group: name, notify: [ada.id] }],
      });
    await until(hers.inbox, (value) => value !== undefined);
    await comment(ben, 'one');
    await comment(cleo, 'two');
    await comment(ben, 'three');
    await until(hers.inbox, (value) => value?.notices.length === 3 && value.unread === 3);
    const ids = hers.inbox.get()?.notices.map(({ id }) => id);
    await hers.client.block(ben.id);
    const left = await until(hers.inbox, (value) => value?.notices.length === 1 && value.unread === 1);
    expect(actorsOf(left)).toEqual([[cleo.id]]);
    await hers.client.unblock(ben.id);
    const restored = await until(hers.inbox, (value) => value?.notices.length === 3 && value.unread === 3);
    expect(restored?.notices.map(({ id }) => id)).toEqual(ids);
  });

  it('a connection that was lost misses nothing: neither what came, nor what went, nor what was read', async () => {
    const [postId, ada, ben, cleo] = await withPost();
    const hers = socialOf(ada);
    const tell = (actor: Person, name: string) =>
      say(TELL, {
        acts: [{ id: `${name}:${postId}`, verb: 'comment', actorId: actor.id, group: name, notify: [ada.id] }],
      });
    await until(hers.inbox, (value) => value !== undefined);
    await tell(ben, 'one');
    await tell(cleo, 'two');
    const before = await until(hers.inbox, (value) => value?.notices.length === 2);
    const shown: number[] = [];
    hers.inbox.subscribe((value) => shown.push(value?.notices.length ?? -1));
    hers.client.background();
    await say(RETRACT, { ids: [`one:${postId}`] });
    await tell(ben, 'three');
    const upTo = before!.revision;
    const [second] = before!.notices.filter(({ actors }) => actors[0]?.id === cleo.id);
    await ada.ask('mutation($upTo: String!, $ids: [ID!]) { markRead(upTo: $upTo, noticeIds: $ids) { id } }', {
      upTo,
      ids: [second!.id],
    });
    hers.client.foreground();
    const after = await until(hers.inbox, (value) => value?.unread === 1 && value.notices.length === 2);
    expect(after?.notices.map(({ actors, isRead }) => [actors[0]?.id, isRead])).toEqual([
      [ben.id, false],
      [cleo.id, true],
    ]);
    expect(shown).not.toContain(-1);
  });

  it('is loaded page by page, and whole again where more changed than is sent', async () => {
    const [postId, ada, ben] = await withPost();
    const tell = (from: number, count: number) =>
      say(TELL, {
        acts: Array.from({ length: count }, (_, i) => ({
          id: `act-${from + i}:${postId}`,
          verb: 'comment',
          actorId: ben.id,
          group: `group-${from + i}`,
          notify: [ada.id],
        })),
      });
    await tell(0, 30);
    const { inbox, client } = socialOf(ada);
    await until(inbox, (value) => value?.notices.length === 20 && value.unread === 30 && value.hasMore);
    expect(await inbox.loadMore()).toBe(false);
    await until(inbox, (value) => value?.notices.length === 30);
    client.background();
    await tell(30, 60);
    client.foreground();
    const all = await until(inbox, (value) => value?.unread === 90 && isWithoutHoles(value));
    expect(all?.notices[0]?.latest.id).toBe(`act-89:${postId}`);
  });

  it('is without what was muted, until it is unmuted', async () => {
    const [postId, ada, ben] = await withPost();
    const hers = socialOf(ada);
    await like(ben, postId, ada);
    await until(hers.inbox, (value) => value?.unread === 1 && value.notices.length === 1);
    await hers.mute({ objectId: postId });
    await until(hers.inbox, (value) => value?.unread === 0 && value.notices.length === 0);
    await hers.unmute({ objectId: postId });
    await until(hers.inbox, (value) => value?.unread === 1 && value.notices.length === 1);
    await hers.mute({ userId: ben.id });
    await until(hers.inbox, (value) => value?.unread === 0);
  });
});

describe('the timeline', () => {
  it('is what those on the roster did, live; what is taken back or hidden goes', async () => {
    const [postId, ada, ben, cleo] = await withPost();
    await like(ben, postId, ada);
    const hers = socialOf(cleo);
    const ids = () => hers.timeline.get().map(({ id }) => id);
    const [first, second] = [likeOf(ben, postId, ada).id, `comment:${postId}`];
    await until(hers.timeline, (acts) => acts.length === 1);
    await say(TELL, { acts: [{ id: second, verb: 'comment', actorId: ada.id, objectId: postId, text: 'Hello' }] });
    await until(hers.timeline, (acts) => acts.length === 2);
    expect(ids()).toEqual([second, first]);
    await unlike(ben, postId, ada);
    await until(hers.timeline, (acts) => acts.length === 1);
    await like(ben, postId, ada);
    await until(hers.timeline, (acts) => acts.length === 2);
    expect(ids()).toEqual([second, first]);
    await hers.client.block(ben.id);
    await until(hers.timeline, (acts) => acts.length === 1);
    await hers.client.unblock(ben.id);
    await until(hers.timeline, (acts) => acts.length === 2);
    expect(ids()).toEqual([second, first]);
  });
});
