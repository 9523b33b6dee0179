/** The social verbs with their types, and clients that hold what they are sent, as the documentation tells them to. */
import { expect } from 'vitest';
import type { ToldAct } from '../unit/socialOracle.js';
import type { Execute, Presence } from './api.js';
import type { Person } from './rollcall.js';
import type { Socket, SubscriptionIterator } from './socket.js';

export interface Act {
  readonly id: string;
  readonly verb: string;
  readonly actor: { readonly id: string };
  readonly objectId: string | null;
  readonly text: string | null;
  readonly at: string;
  readonly gone: boolean;
}
export interface Notice {
  readonly id: string;
  readonly verb: string;
  readonly objectId: string | null;
  readonly objectType: string | null;
  readonly actors: readonly { readonly id: string }[];
  readonly actorCount: number;
  readonly latest: Act;
  readonly at: string;
  readonly isRead: boolean;
  readonly position: string;
  readonly gone: boolean;
}
export interface Tray {
  readonly id: string;
  readonly unread: number;
  readonly unseen: number;
  readonly revision: string;
  readonly asOf: string;
}
export interface TrayChange {
  readonly inbox: Tray;
  readonly notices: readonly Notice[];
  readonly partial: boolean;
}
export interface Counts {
  readonly objectId: string;
  readonly all: readonly { readonly name: string; readonly value: number }[];
  readonly asOf: string;
}
export interface Here {
  readonly people: readonly Presence[];
  readonly count: number;
  readonly approximate: boolean;
  readonly asOf: string;
}
export interface HereChange {
  readonly here: { readonly count: number; readonly asOf: string };
  readonly came: readonly { readonly id: string }[];
  readonly went: readonly string[];
}
interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export const ACT = 'id verb actor { id name } objectId objectType text data at gone';
export const NOTICE = `id verb objectId objectType actors { id name } actorCount latest { ${ACT} } at isRead position gone`;
export const TRAY = 'id unread unseen revision asOf';
export const COUNTS = 'id objectId all { name value } asOf';
const HERE = 'id conversationId people { id status } count approximate asOf';
const PAGE = 'pageInfo { hasNextPage endCursor }';

/** The social queries and mutations over `execute`. */
export const socialOf = ({ execute }: { readonly execute: Execute }) => {
  const field = async <T>(document: string, variables: Record<string, unknown> = {}): Promise<T> =>
    Object.values(await execute<Record<string, T>>(document, variables))[0] as T;
  const pages = async <T>(document: string, variables: Record<string, unknown>): Promise<T[]> => {
    const nodes: T[] = [];
    for (let after: string | null = null; ; ) {
      const page: Page<T> = await field<Page<T>>(document, { first: 100, ...variables, after });
      nodes.push(...page.edges.map(({ node }) => node));
      if (!page.pageInfo.hasNextPage) return nodes;
      after = page.pageInfo.endCursor;
    }
  };
  return {
    tell: (...acts: readonly ToldAct[]) =>
      field<number>('mutation ($acts: [ActInput!]!) { tell(acts: $acts) }', { acts }),
    retract: (...actIds: readonly string[]) =>
      field<number>('mutation ($actIds: [ID!]!) { retract(actIds: $actIds) }', { actIds }),
    putCounts: (objectId: string, counts: Readonly<Record<string, number>>, version: bigint) =>
      field<number>('mutation ($counts: [CountsInput!]!) { putCounts(counts: $counts) }', {
        counts: [
          {
            objectId,
            counts: Object.entries(counts).map(([name, value]) => ({ name, value })),
            version: String(version),
          },
        ],
      }),
    inbox: () => field<Tray>(`{ inbox { ${TRAY} } }`),
    /** All of them, read page by page. */
    notices: (page: { first?: number; unreadOnly?: boolean } = {}) =>
      pages<Notice>(
        `query ($first: Int!, $after: String, $unreadOnly: Boolean! = false) {
          notices(first: $first, after: $after, unreadOnly: $unreadOnly) { edges { cursor node { ${NOTICE} } } ${PAGE} } }`,
        page,
      ),
    noticeActs: (noticeId: string, page: { first?: number } = {}) =>
      pages<Act>(
        `query ($noticeId: ID!, $first: Int!, $after: String) {
          noticeActs(noticeId: $noticeId, first: $first, after: $after) { edges { cursor node { ${ACT} } } ${PAGE} } }`,
        { noticeId, ...page },
      ),
    timeline: (page: { first?: number } = {}) =>
      pages<Act>(
        `query ($first: Int!, $after: String) {
          timeline(first: $first, after: $after) { edges { cursor node { ${ACT} } } ${PAGE} } }`,
        page,
      ),
    counts: (objectIds: readonly string[]) =>
      field<Counts[]>(`query ($objectIds: [ID!]!) { counts(objectIds: $objectIds) { ${COUNTS} } }`, { objectIds }),
    here: (conversationId: string) =>
      field<Here>(`query ($conversationId: ID!) { here(conversationId: $conversationId) { ${HERE} } }`, {
        conversationId,
      }),
    enter: (conversationId: string, sessionId?: string) =>
      field<Here>(
        `mutation ($conversationId: ID!, $sessionId: ID) {
          enter(conversationId: $conversationId, sessionId: $sessionId) { ${HERE} } }`,
        { conversationId, sessionId },
      ),
    leave: (conversationId: string, sessionId?: string) =>
      field<boolean>(
        `mutation ($conversationId: ID!, $sessionId: ID) { leave(conversationId: $conversationId, sessionId: $sessionId) }`,
        { conversationId, sessionId },
      ),
    markSeen: (upTo: string) =>
      field<Tray>(`mutation ($upTo: String!) { markSeen(upTo: $upTo) { ${TRAY} } }`, { upTo }),
    markRead: (upTo: string, noticeIds: readonly string[] | null = null) =>
      field<Tray>(
        `mutation ($upTo: String!, $noticeIds: [ID!]) { markRead(upTo: $upTo, noticeIds: $noticeIds) { ${TRAY} } }`,
        { upTo, noticeIds },
      ),
    mute: (what: { userId?: string; objectId?: string }) =>
      field<boolean>('mutation ($userId: ID, $objectId: ID) { mute(userId: $userId, objectId: $objectId) }', what),
    unmute: (what: { userId?: string; objectId?: string }) =>
      field<boolean>('mutation ($userId: ID, $objectId: ID) { unmute(userId: $userId, objectId: $objectId) }', what),
  };
};
export type Social = ReturnType<typeof socialOf>;

export const watchTray = (socket: Socket, after?: string | null) =>
  socket.subscribe<{ inboxChanged: TrayChange }>(
    `subscription ($after: String) { inboxChanged(after: $after) { inbox { ${TRAY} } notices { ${NOTICE} } partial } }`,
    { after },
  );
export const watchTimeline = (socket: Socket) =>
  socket.subscribe<{ timelineChanged: Act }>(`subscription { timelineChanged { ${ACT} } }`);
export const watchCounts = (socket: Socket, objectIds: readonly string[]) =>
  socket.subscribe<{ countsChanged: Counts }>(
    `subscription ($objectIds: [ID!]!) { countsChanged(objectIds: $objectIds) { ${COUNTS} } }`,
    { objectIds },
  );
export const watchHere = (socket: Socket, conversationId: string) =>
  socket.subscribe<{ hereChanged: HereChange }>(
    `subscription ($conversationId: ID!) {
      hereChanged(conversationId: $conversationId) { here { id count asOf } came { id status } went } }`,
    { conversationId },
  );

/** What is sent of a notice that is gone, beside its id. */
const NOTHING = { verb: '', objectId: null, objectType: null, actors: [], actorCount: 0 };

/** Checks what must hold of every event of a tray, by what came before it on the same subscription. */
const checkTrayEvent = ({ inbox, notices }: TrayChange, before: Tray | null, held: ReadonlyMap<string, Notice>) => {
  if (before) {
    expect(inbox.asOf >= before.asOf, 'asOf goes back').toBe(true);
    expect(BigInt(inbox.revision) >= BigInt(before.revision), 'the revision goes back').toBe(true);
    if (inbox.revision === before.revision) expect(inbox).toEqual(before);
  }
  expect(inbox.unseen).toBeLessThanOrEqual(inbox.unread);
  expect(notices.length).toBeLessThanOrEqual(50);
  expect(new Set(notices.map(({ id }) => id)).size).toBe(notices.length);
  for (const notice of notices) {
    if (notice.gone) {
      expect(notice).toMatchObject(NOTHING);
      continue;
    }
    expect(BigInt(notice.position) <= BigInt(inbox.revision)).toBe(true);
    expect(notice.actorCount).toBeGreaterThan(0);
    expect(new Set(notice.actors.map(({ id }) => id)).size).toBe(Math.min(3, notice.actorCount));
    const last = held.get(notice.id);
    if (last?.isRead) expect(notice.isRead, 'reading comes undone').toBe(true);
    if (last) expect(BigInt(notice.position) >= BigInt(last.position)).toBe(true);
  }
};

/** A device that shows a tray: it may go away, and asks for what it missed when it returns. */
export const createTrayDevice = (person: Person) => {
  const held = new Map<string, Notice>();
  let inbox: Tray | null = null;
  let socket: Socket | null = null;
  let watch: SubscriptionIterator<{ inboxChanged: TrayChange }> | null = null;
  let read = 0;
  let isPartial = false;

  const takeIn = () => {
    const events = watch?.transcript ?? [];
    for (; read < events.length; read += 1) {
      const change = events[read]!.inboxChanged;
      checkTrayEvent(change, inbox, held);
      inbox = change.inbox;
      isPartial ||= change.partial;
      for (const notice of change.notices) {
        if (notice.gone) held.delete(notice.id);
        else held.set(notice.id, notice);
      }
    }
  };
  return {
    async come() {
      if (socket) return;
      socket = await person.lurk();
      read = 0;
      watch = watchTray(socket, inbox?.revision ?? null);
    },
    /** Not even what is on its way arrives. */
    async go() {
      takeIn();
      await socket?.drop();
      takeIn();
      socket = null;
    },
    /** What is on the screen: the latest first. */
    show(): { readonly inbox: Tray | null; readonly notices: Notice[] } {
      takeIn();
      const notices = [...held.values()].sort((one, other) => Number(BigInt(other.position) - BigInt(one.position)));
      return { inbox, notices };
    },
    /** Where more changed than was listed, it asks again. */
    async refresh(social: Social) {
      takeIn();
      if (!isPartial) return;
      isPartial = false;
      const notices = await social.notices();
      held.clear();
      for (const notice of notices) held.set(notice.id, notice);
    },
    /** All that came since it came last. */
    transcript: () => watch?.transcript ?? [],
    /** Whether nothing ended its subscription. */
    async isOpen() {
      const isOver = watch?.ended.then(() => true) ?? true;
      return !(await Promise.race([isOver, Promise.resolve(false)]));
    },
  };
};
export type TrayDevice = ReturnType<typeof createTrayDevice>;
