import { describe, expect, it } from 'vitest';
import type { Presence, PresencePage } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';
import type { SubscriptionIterator } from '../support/http/socket.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0' });
const { host } = rollcall;

const idsOf = (page: PresencePage) => page.edges.map(({ node }) => node.id);

async function follow(alice: Person, people: Person[]): Promise<void> {
  await host.addFollows(people.map(({ id }) => ({ followerId: alice.id, followeeId: id })));
}

describe.concurrent('the roster', () => {
  it('is those whom the caller follows and the members of the caller’s circles, whom the caller may see', async () => {
    const [alice, followed, follower, circled, talking, hidden, blocked] = await rollcall.strangers(
      'alice',
      'followed',
      'follower',
      'circled',
      'talking',
      'hidden',
      'blocked',
    );
    await follow(alice, [followed, hidden, blocked]);
    await follow(follower, [alice]);
    await host.putCircle(rollcall.fresh('circle'), [alice.id, circled.id]);
    await host.putConversation(rollcall.fresh('room'), [alice.id, talking.id]);
    await hidden.updatePrivacy({ status: 'NOBODY' });
    await blocked.block(alice.id);
    expect(idsOf(await alice.roster()).sort()).toEqual([followed.id, circled.id].sort());
    expect((await alice.presence()).map(({ id }) => id).sort()).toEqual([followed.id, circled.id].sort());
    expect((await alice.presence(null)).map(({ id }) => id).sort()).toEqual([followed.id, circled.id].sort());
  });

  it('has the live ones first, then goes by id, and is read page by page', async () => {
    const [alice, ...people] = await rollcall.strangers('alice', 'p-a', 'p-b', 'p-c', 'p-d', 'p-e', 'p-f', 'p-g');
    await follow(alice, people);
    for (const index of [5, 1, 3]) await people[index]?.connect();
    const due = [1, 3, 5, 0, 2, 4, 6].map((index) => people[index]?.id);
    expect(idsOf(await alice.roster())).toEqual(due);
    expect((await alice.presence()).map(({ id }) => id)).toEqual(due);

    const pages: PresencePage[] = [];
    let after: string | null = null;
    do {
      const page: PresencePage = await alice.roster({ first: 3, after });
      pages.push(page);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(pages.map((page) => page.edges.length)).toEqual([3, 3, 1]);
    expect(pages.flatMap(idsOf)).toEqual(due);
    for (const { edges, pageInfo } of pages) {
      expect(pageInfo.startCursor).toBe(edges[0]?.cursor);
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor);
    }
    const inner = await alice.roster({ first: 1, after: pages[0]?.edges[1]?.cursor ?? '' });
    expect(idsOf(inner)).toEqual([due[2]]);
  });

  it('is narrowed by status', async () => {
    const [alice, on, away, off] = await rollcall.strangers('alice', 'on', 'away', 'off');
    await follow(alice, [on, away, off]);
    await on.connect();
    await away.setPresence({ status: 'AWAY' });
    expect(idsOf(await alice.roster({ statuses: ['ONLINE'] }))).toEqual([on.id]);
    expect(idsOf(await alice.roster({ statuses: ['AWAY', 'OFFLINE'] }))).toEqual([away.id, off.id]);
    expect(idsOf(await alice.roster({ statuses: ['ONLINE', 'AWAY', 'DO_NOT_DISTURB'] })).sort()).toEqual(
      [on.id, away.id].sort(),
    );
  });

  it('of nobody is empty', async () => {
    const [alice] = await rollcall.strangers('alice');
    expect(await alice.roster()).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('gives 1 to 500 a page and refuses cursors that it did not give', async () => {
    const [alice, bob] = await rollcall.friends('alice', 'bob');
    expect(idsOf(await alice.roster({ first: 500 }))).toEqual([bob.id]);
    expect(idsOf(await alice.roster({ first: 1 }))).toEqual([bob.id]);
    for (const page of [{ first: 0 }, { first: -1 }, { first: 501 }, { after: 'no cursor' }]) {
      await expect(alice.roster(page)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });
});

describe.concurrent('online, for the host', () => {
  it('gives everybody seen live, page by page, with their number', async () => {
    const people = await rollcall.strangers('one', 'two', 'three');
    for (const person of people) await person.heartbeat();
    await people[0].updatePrivacy({ status: 'NOBODY' });
    const seen = new Set<string>();
    let after: string | null = null;
    do {
      const page: PresencePage = await host.online({ first: 2, after });
      expect(page.totalCount).toBeGreaterThanOrEqual(3);
      expect(page.edges.length).toBeLessThanOrEqual(2);
      for (const id of idsOf(page)) seen.add(id);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    for (const { id } of people) expect(seen).toContain(id);
  });

  it('gives 1 to 1,000 a page', async () => {
    await host.online({ first: 1000 });
    for (const first of [0, 1001]) {
      await expect(host.online({ first })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });
});

describe.concurrent('a roster subscription', () => {
  /** Alice's roster with Carol on it, whose words prove that nothing came before them. */
  async function watchRoster(alice: Person) {
    const [carol] = await rollcall.strangers('carol');
    await follow(alice, [carol]);
    await carol.connect();
    const watching: SubscriptionIterator<Presence> = (await alice.lurk()).watch();
    await watching.nextWhere((seen) => seen.id === carol.id);
    const silence = async () => {
      await carol.say(rollcall.fresh('word'));
      expect((await watching.next()).id).toBe(carol.id);
    };
    await silence();
    return { watching, silence };
  }

  it('starts with one event for each on it', async () => {
    const [alice, ...people] = await rollcall.strangers('alice', 'one', 'two', 'three');
    await follow(alice, people);
    const watching = (await alice.lurk()).watch();
    const snapshots = await watching.take(3);
    expect(snapshots.map(({ id }) => id).sort()).toEqual(people.map(({ id }) => id).sort());
    await people[1].connect();
    expect(await watching.next()).toMatchObject({ id: people[1].id, status: 'ONLINE' });
  });

  it('grows and shrinks with what the caller follows', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    await bob.connect();
    const { watching, silence } = await watchRoster(alice);
    await alice.follow(bob.id);
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'ONLINE' });
    await bob.say('heard');
    expect(await watching.next()).toMatchObject({ id: bob.id, statusMessage: { text: 'heard' } });
    await alice.unfollow(bob.id);
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'OFFLINE', statusMessage: null, lastSeen: null });
    await bob.say('unheard');
    await silence();
  });

  it('grows and shrinks with the caller’s circles', async () => {
    const [alice, bob, dave] = await rollcall.strangers('alice', 'bob', 'dave');
    await bob.connect();
    await dave.connect();
    const { watching, silence } = await watchRoster(alice);
    const circle = rollcall.fresh('circle');
    await host.putCircle(circle, [bob.id, dave.id]);
    await silence();
    await host.putCircle(circle, [alice.id, bob.id, dave.id]);
    const joined = await watching.take(2);
    expect(joined.map(({ id }) => id).sort()).toEqual([bob.id, dave.id].sort());
    await host.putCircle(circle, [alice.id, dave.id]);
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'OFFLINE' });
    await bob.say('unheard');
    await silence();
    await host.deleteCircle(circle);
    expect(await watching.next()).toMatchObject({ id: dave.id, status: 'OFFLINE' });
  });

  it('sends nothing for a user who left it and returns as last delivered', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    const { watching, silence } = await watchRoster(alice);
    await alice.follow(bob.id);
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'OFFLINE', lastSeen: null });
    await alice.unfollow(bob.id);
    await silence();
    await alice.follow(bob.id);
    await silence();
    await bob.connect();
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'ONLINE' });
  });

  it('shows no user as live who left it and then became invisible to the caller', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    await bob.updatePrivacy({ status: 'EVERYONE' });
    await bob.connect();
    const { watching } = await watchRoster(alice);
    await alice.follow(bob.id);
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'ONLINE' });
    await alice.unfollow(bob.id);
    await bob.updatePrivacy({ status: 'NOBODY' });
    expect(await alice.userPresence(bob.id)).toBeNull();
    const [dave] = await rollcall.strangers('dave');
    await alice.follow(dave.id);
    await watching.nextWhere((seen) => seen.id === dave.id);
    expect(watching.transcript.findLast((seen) => seen.id === bob.id)).toMatchObject({
      status: 'OFFLINE',
      lastSeen: null,
    });
  });

  it('without a snapshot tells the changes alone', async () => {
    const [alice, bob] = await rollcall.strangers('alice', 'bob');
    await follow(alice, [bob]);
    const socket = await alice.lurk();
    const watching = socket.watch(null, { snapshot: false });
    const ready = socket.watch();
    await ready.next();
    await bob.connect();
    expect(await watching.next()).toMatchObject({ id: bob.id, status: 'ONLINE' });
  });
});
