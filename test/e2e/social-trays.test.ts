/** Trays over HTTP and sockets: what the host tells, whom it reaches, what is marked, hidden and taken back. */
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  InboxChangedDocument,
  InboxDocument,
  MarkReadDocument,
  MarkSeenDocument,
  MuteDocument,
  NoticeActsDocument,
  NoticesDocument,
  RetractDocument,
  TellDocument,
  UnmuteDocument,
} from '../generated/operations.js';
import { Refusal } from '../support/http/api.js';
import { type Person, serve } from '../support/http/rollcall.js';

const rollcall = await serve({ BROADCAST_INTERVAL: '100ms' });
const { host } = rollcall;

interface Inbox {
  readonly unread: number;
  readonly unseen: number;
  readonly revision: string;
}
interface Notice {
  readonly id: string;
  readonly actors: readonly { readonly id: string; readonly presence: object | null }[];
  readonly actorCount: number;
  readonly latest: { readonly id: string };
  readonly isRead: boolean;
  readonly position: string;
  readonly gone: boolean;
}
interface Change {
  readonly inboxChanged: { readonly inbox: Inbox; readonly notices: readonly Notice[]; readonly partial: boolean };
}
interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const ask = async <T>(who: Pick<Person, 'execute'>, document: object, variables: object = {}): Promise<T> => {
  const data = await who.execute(print(document as typeof InboxDocument), variables as Record<string, unknown>);
  return Object.values(data)[0] as T;
};
const inboxOf = (who: Person) => ask<Inbox>(who, InboxDocument);
const noticesOf = async (who: Person, page: object = {}) =>
  (await ask<Page<Notice>>(who, NoticesDocument, page)).edges.map(({ node }) => node);
const tell = (...acts: object[]) => ask<number>(host, TellDocument, { acts });
const like = (actor: Person, objectId: string, ...notify: Person[]) => ({
  id: `like:${actor.id}:${objectId}`,
  verb: 'like',
  actorId: actor.id,
  objectId,
  notify: notify.map(({ id }) => id),
});
const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Refusal ? error.code : error;
};
/** Presences have instants of their own. */
const withoutPresence = (notices: readonly Notice[]) =>
  notices.map(({ actors, ...notice }) => ({ ...notice, actors: actors.map(({ id }) => id) }));
/** Reads events until one is as wanted. */
const until = async (events: { next(): Promise<Change> }, isWanted: (change: Change['inboxChanged']) => boolean) => {
  for (;;) {
    const { inboxChanged } = await events.next();
    if (isWanted(inboxChanged)) return inboxChanged;
  }
};

describe('a tray', () => {
  it('gathers acts of one group while it is unread, counts actors once, and is told of each once', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const post = rollcall.fresh('post');
    expect(await tell(like(ben, post, ada), like(cyn, post, ada))).toBe(2);
    expect(await tell(like(ben, post, ada))).toBe(0);
    const [notice, ...others] = await noticesOf(ada);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ actorCount: 2, isRead: false, latest: { id: like(cyn, post).id } });
    expect(notice?.actors.map(({ id }) => id)).toEqual([cyn.id, ben.id]);
    // Both may be seen: they are her friends.
    expect(notice?.actors.every(({ presence }) => presence !== null)).toBe(true);
    expect(await inboxOf(ada)).toMatchObject({ unread: 1, unseen: 1 });
    const acts = await ask<Page<{ id: string }>>(ada, NoticeActsDocument, { noticeId: notice!.id, first: 1 });
    expect(acts.pageInfo.hasNextPage).toBe(true);
    const { endCursor } = acts.pageInfo;
    const rest = await ask<Page<{ id: string }>>(ada, NoticeActsDocument, { noticeId: notice!.id, after: endCursor });
    expect([...acts.edges, ...rest.edges].map(({ node }) => node.id)).toEqual([like(cyn, post).id, like(ben, post).id]);
    expect(await noticesOf(ben)).toEqual([]);
  });

  it('shows the presence of an actor to nobody who may not see it', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await tell(like(ben, rollcall.fresh('post'), ada));
    expect((await noticesOf(ada))[0]?.actors).toMatchObject([{ id: ben.id, presence: null }]);
  });

  it('is marked up to a revision, and no further', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const post = rollcall.fresh('post');
    await tell(like(ben, post, ada));
    const { revision } = await inboxOf(ada);
    await tell(like(cyn, post, ada));
    expect(await ask(ada, MarkReadDocument, { upTo: revision })).toMatchObject({ unread: 1 });
    expect(await ask(ada, MarkSeenDocument, { upTo: revision })).toMatchObject({ unseen: 1 });
    const later = await inboxOf(ada);
    expect(await ask(ada, MarkSeenDocument, { upTo: later.revision })).toMatchObject({ unread: 1, unseen: 0 });
    const read = await ask<Inbox>(ada, MarkReadDocument, { upTo: later.revision });
    expect(read).toMatchObject({ unread: 0, unseen: 0 });
    expect(await ask(ada, MarkReadDocument, { upTo: later.revision })).toEqual(read);
    expect(await noticesOf(ada, { unreadOnly: true })).toEqual([]);
    expect(await noticesOf(ada)).toMatchObject([{ isRead: true }]);
    // A revision that is yet to come marks nothing of what comes then.
    await ask(ada, MarkSeenDocument, { upTo: '9007199254740991' });
    await tell(like(ben, rollcall.fresh('post'), ada));
    expect(await inboxOf(ada)).toMatchObject({ unread: 1, unseen: 1 });
  });

  it('has pages', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    for (let n = 0; n < 3; n += 1) await tell(like(ben, rollcall.fresh('post'), ada));
    const first = await ask<Page<Notice>>(ada, NoticesDocument, { first: 2 });
    const second = await ask<Page<Notice>>(ada, NoticesDocument, { first: 2, after: first.pageInfo.endCursor });
    expect([first.edges.length, second.edges.length]).toEqual([2, 1]);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    const positions = [...first.edges, ...second.edges].map(({ node }) => BigInt(node.position));
    expect(positions).toEqual([...positions].sort((a, b) => Number(b - a)));
    for (const page of [{ first: 0 }, { first: 101 }, { after: 'x' }]) {
      expect(await codeOf(noticesOf(ada, page))).toBe('BAD_USER_INPUT');
    }
    expect(await noticesOf(ada, { first: 100 })).toHaveLength(3);
  });

  it('forgets what is taken back, and finds its place again', async () => {
    const [ada, ben, cyn] = await rollcall.friends('ada', 'ben', 'cyn');
    const [one, other] = [rollcall.fresh('post'), rollcall.fresh('post')];
    await tell(like(ben, one, ada), like(cyn, other, ada));
    const before = await noticesOf(ada);
    expect(await ask(host, RetractDocument, { actIds: [like(ben, one).id, 'never-told'] })).toBe(1);
    expect(withoutPresence(await noticesOf(ada))).toEqual(
      withoutPresence(before.filter(({ latest }) => latest.id !== like(ben, one).id)),
    );
    expect(await inboxOf(ada)).toMatchObject({ unread: 1, unseen: 1 });
    expect(await tell(like(ben, one, ada))).toBe(1);
    expect(withoutPresence(await noticesOf(ada))).toEqual(withoutPresence(before));
  });
});

describe('inboxChanged', () => {
  it('brings what is told to all devices, and what one of them reads to the other', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const desk = await ada.connect({ sessionId: 'desk' });
    const phone = await ada.lurk();
    const [onDesk, onPhone] = [desk, phone].map((socket) => socket.subscribe<Change>(print(InboxChangedDocument), {}));
    const begin = { inboxChanged: { inbox: { unread: 0 }, notices: [], partial: false } };
    expect(await onDesk!.next()).toMatchObject(begin);
    expect(await onPhone!.next()).toMatchObject(begin);
    await tell(like(ben, rollcall.fresh('post'), ada));
    for (const events of [onDesk!, onPhone!]) {
      const change = await until(events, ({ inbox }) => inbox.unread === 1);
      expect(change.notices).toMatchObject([{ actorCount: 1, gone: false, isRead: false }]);
    }
    const { revision } = await inboxOf(ada);
    await ask(desk, MarkReadDocument, { upTo: revision });
    const read = await until(onPhone!, ({ inbox }) => inbox.unread === 0);
    expect(read.notices).toMatchObject([{ isRead: true }]);
    await desk.close();
    await phone.close();
  });

  it('begins with what changed after a revision', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    await tell(like(ben, rollcall.fresh('post'), ada));
    const { revision } = await inboxOf(ada);
    const post = rollcall.fresh('post');
    await tell(like(ben, post, ada));
    const socket = await ada.lurk();
    const events = socket.subscribe<Change>(print(InboxChangedDocument), { after: revision });
    const { inboxChanged } = await events.next();
    expect(inboxChanged.notices.map(({ latest }) => latest.id)).toEqual([like(ben, post).id]);
    expect(inboxChanged).toMatchObject({ inbox: { unread: 2 }, partial: false });
    await socket.close();
  });

  it('takes back what a block or a mute hides, and brings the very list again', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    await tell(like(ben, rollcall.fresh('post'), ada));
    const before = await noticesOf(ada);
    const socket = await ada.lurk();
    const events = socket.subscribe<Change>(print(InboxChangedDocument), {});
    await events.next();
    const hidings = [
      [() => ben.block(ada.id), () => ben.unblock(ada.id)],
      [() => ask(ada, MuteDocument, { userId: ben.id }), () => ask(ada, UnmuteDocument, { userId: ben.id })],
    ] as const;
    for (const [hide, show] of hidings) {
      await hide();
      const hidden = await until(events, ({ inbox }) => inbox.unread === 0);
      expect(hidden.notices).toMatchObject([{ id: before[0]!.id, gone: true, actors: [], latest: { id: '' } }]);
      expect(JSON.stringify(hidden)).not.toContain(ben.id);
      expect(await noticesOf(ada)).toEqual([]);
      await show();
      expect((await until(events, ({ inbox }) => inbox.unread === 1)).notices).toMatchObject([{ gone: false }]);
      const after = await noticesOf(ada);
      expect(withoutPresence(after)).toEqual(withoutPresence(before));
    }
    await socket.close();
  });

  it('refuses what is no revision, and service tokens', async () => {
    const [ada] = await rollcall.strangers('ada');
    const socket = await ada.lurk();
    const events = socket.subscribe<Change>(print(InboxChangedDocument), { after: 'x' });
    expect(await codeOf(events.next())).toBe('BAD_USER_INPUT');
    await socket.close();
  });
});

describe('following', () => {
  it('tells the one who is followed, and takes it back', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await ben.follow(ada.id);
    expect(await noticesOf(ada)).toMatchObject([{ verb: 'follow', actors: [{ id: ben.id }], actorCount: 1 }]);
    await ben.unfollow(ada.id);
    expect(await noticesOf(ada)).toEqual([]);
    await ben.follow(ada.id);
    expect(await noticesOf(ada)).toHaveLength(1);
  });
});

describe('what is not for somebody', () => {
  it('is FORBIDDEN: telling to users, trays to the host', async () => {
    const [ada] = await rollcall.strangers('ada');
    expect(await codeOf(ask(ada, TellDocument, { acts: [] }))).toBe('FORBIDDEN');
    expect(await codeOf(ask(ada, RetractDocument, { actIds: [] }))).toBe('FORBIDDEN');
    for (const [document, variables] of [
      [InboxDocument, {}],
      [NoticesDocument, {}],
      [NoticeActsDocument, { noticeId: 'x' }],
      [MarkSeenDocument, { upTo: '1' }],
      [MarkReadDocument, { upTo: '1' }],
      [MuteDocument, { userId: 'x' }],
      [UnmuteDocument, { userId: 'x' }],
    ] as const) {
      expect(await codeOf(ask(host, document, variables))).toBe('FORBIDDEN');
    }
  });

  it('is NOT_FOUND: the notice of another, as one that never was', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    await tell(like(ben, rollcall.fresh('post'), ada));
    const [notice] = await noticesOf(ada);
    const answers = await Promise.all(
      [notice!.id, 'never'].map((noticeId) => ben.ask(print(NoticeActsDocument), { noticeId })),
    );
    expect(answers[0]!.body).toEqual(answers[1]!.body);
    expect(answers[0]!.body).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  it('is muted whether or not there is such a user', async () => {
    const [ada, ben] = await rollcall.strangers('ada', 'ben');
    for (const target of [{ userId: ben.id }, { userId: 'nobody' }, { objectId: 'nothing' }, { userId: ada.id }]) {
      expect(await ask(ada, MuteDocument, target)).toBe(true);
      expect(await ask(ada, UnmuteDocument, target)).toBe(true);
    }
    for (const target of [{}, { userId: 'a', objectId: 'b' }, { userId: '' }]) {
      expect(await codeOf(ask(ada, MuteDocument, target))).toBe('BAD_USER_INPUT');
    }
  });
});

describe('limits of telling', () => {
  const act = (fields: object = {}) => ({ id: rollcall.fresh('act'), verb: 'like', actorId: 'somebody', ...fields });
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `u${n}`);

  it.each([
    ['text', { text: 'ü'.repeat(500) }, { text: 'ü'.repeat(501) }],
    ['data', { data: 'ü'.repeat(1_024) }, { data: 'ü'.repeat(1_025) }],
    ['verb', { verb: 'v'.repeat(32) }, { verb: 'v'.repeat(33) }],
    ['group', { group: 'g'.repeat(128) }, { group: 'g'.repeat(129) }],
    ['notify', { notify: ids(1_000) }, { notify: ids(1_001) }],
    ['at', { at: '0000-01-01T00:00:00Z' }, { at: 'yesterday' }],
    ['at', { at: '9999-12-31T23:59:59.999Z' }, { at: '' }],
  ] as const)('of %s', async (_, inside, outside) => {
    expect(await codeOf(tell(act(outside)))).toBe('BAD_USER_INPUT');
    expect(await tell(act(inside))).toBe(1);
  });

  it('of a call: all or nothing', async () => {
    const acts = Array.from({ length: 1_001 }, () => act({ audience: 'NOBODY' }));
    expect(await codeOf(tell(...acts))).toBe('BAD_USER_INPUT');
    expect(await tell(...acts.slice(1))).toBe(1_000);
    expect(await codeOf(ask(host, RetractDocument, { actIds: acts.map(({ id }) => id) }))).toBe('BAD_USER_INPUT');
    expect(await ask(host, RetractDocument, { actIds: acts.slice(1).map(({ id }) => id) })).toBe(1_000);
  });
});
