/** Whom a user follows, and whom a user blocked, and that neither tells what visibility does not. */
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { BlockedDocument, FollowingDocument, type FollowingQuery } from '../generated/operations.js';
import type { Variables } from '../support/http/api.js';
import { type Person, serve } from '../support/http/rollcall.js';

const rollcall = await serve();
const { host } = rollcall;

const lists = {
  following: (person: Person, page: Variables = {}) =>
    person.execute<FollowingQuery>(print(FollowingDocument), page).then(({ following }) => following),
  blocked: (person: Person, page: Variables = {}) =>
    person
      .execute<{ blocked: FollowingQuery['following'] }>(print(BlockedDocument), page)
      .then(({ blocked }) => blocked),
};
const nodesOf = ({ edges }: FollowingQuery['following']) => edges.map(({ node }) => node);

describe.concurrent('following', () => {
  it('lists whom the caller follows, page by page, with names', async () => {
    const [ada, ...others] = await rollcall.strangers('ada', 'b', 'c', 'd', 'e', 'f');
    for (const { id } of others) await ada.follow(id);
    const ids = others.map(({ id }) => id).sort();
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: FollowingQuery['following'] = await lists.following(ada, { first: 2, after });
      found.push(...page.edges.map(({ node }) => node.id));
      for (const { node } of page.edges) expect(node.name).toBe(node.id);
      expect(page.pageInfo).toMatchObject({
        hasPreviousPage: after !== null,
        startCursor: page.edges[0]?.cursor,
        endCursor: page.edges.at(-1)?.cursor,
      });
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor ?? null;
    }
    expect(found).toEqual(ids);
    await ada.unfollow(ids[0] ?? '');
    expect(nodesOf(await lists.following(ada)).map(({ id }) => id)).toEqual(ids.slice(1));
  });

  it('does not tell a follower who is blocked from one who follows the hidden, the deleted or the unknown', async () => {
    const [ada, blocker, hidden, gone] = await rollcall.strangers('ada', 'blocker', 'hidden', 'gone');
    const unknown = rollcall.fresh('unknown');
    await host.upsertUsers([{ id: blocker.id, avatarUrl: 'https://example.com/b.png' }]);
    await hidden.updatePrivacy({ status: 'NOBODY' });
    await host.deleteUser(gone.id);
    const ids = [blocker.id, hidden.id, gone.id, unknown];
    for (const id of ids) await ada.follow(id);
    expect(nodesOf(await lists.following(ada)).find(({ id }) => id === blocker.id)?.name).toBe(blocker.id);
    await blocker.block(ada.id);
    const nodes = nodesOf(await lists.following(ada));
    expect(nodes).toEqual([...ids].sort().map((id) => ({ id, name: null, avatarUrl: null })));
    await blocker.unblock(ada.id);
    expect(nodesOf(await lists.following(ada)).find(({ id }) => id === blocker.id)?.name).toBe(blocker.id);
  });

  it('is empty for whom nobody is followed, and nobody else’s', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await ada.follow(ben.id);
    expect(nodesOf(await lists.following(ben))).toEqual([]);
  });
});

describe.concurrent('blocked', () => {
  it('lists whom the caller blocked, without name or picture, and nobody who blocked the caller', async () => {
    const [ada, ben, cleo] = await rollcall.friends('ada', 'ben', 'cleo');
    const unknown = rollcall.fresh('unknown');
    await ada.block(ben.id);
    await ada.block(unknown);
    await cleo.block(ada.id);
    expect(nodesOf(await lists.blocked(ada))).toEqual(
      [ben.id, unknown].sort().map((id) => ({ id, name: null, avatarUrl: null })),
    );
    expect(nodesOf(await lists.blocked(ben))).toEqual([]);
    await ada.unblock(ben.id);
    expect(nodesOf(await lists.blocked(ada)).map(({ id }) => id)).toEqual([unknown]);
  });
});

describe.concurrent.each(['following', 'blocked'] as const)('%s', (list) => {
  it('refuses what no page has, and service tokens', async () => {
    const [ada] = await rollcall.strangers('ada');
    for (const page of [{ first: 0 }, { first: 501 }, { after: 'nonsense' }, { after: '' }]) {
      await expect(lists[list](ada, page)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    await expect(lists[list](host)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
