/** What the host and clients say about counts, acts, trays and timelines: in GraphQL, and to the bare server. */
import type { DialectName } from './dialects.js';

/** An HTTP request. */
export interface Request {
  readonly path: string;
  readonly body: string;
}

export interface Put {
  readonly objectId: string;
  readonly likes: number;
  readonly version: number;
}

export interface NewAct {
  readonly id: string;
  readonly verb: string;
  readonly actorId: string;
  readonly objectId: string;
  readonly notify: readonly string[];
  readonly audience: 'FOLLOWERS' | 'NOBODY';
}

const COUNTS =
  'subscription Counts($objectIds: [ID!]!) { countsChanged(objectIds: $objectIds) { id all { name value } asOf } }';
const TRAY =
  'subscription Tray { inboxChanged { inbox { id unread revision } notices { id verb objectId actorCount actors { id name } isRead position gone } partial } }';
const TIMELINE = 'subscription Timeline { timelineChanged { id verb objectId gone actor { id name } } }';
const PUT = 'mutation Put($counts: [CountsInput!]!) { putCounts(counts: $counts) }';
const TELL = 'mutation Tell($acts: [ActInput!]!) { tell(acts: $acts) }';
const FOLLOW = 'mutation Follow($follows: [FollowInput!]!) { addFollows(follows: $follows) }';
const OPEN = 'mutation Open($id: ID!) { putConversation(id: $id, memberIds: [], open: true) }';
const INBOX = '{ inbox { id unread revision } notices(first: 1) { edges { node { id actorCount } } } }';
const PAGE =
  '{ timeline(first: 50) { edges { cursor node { id verb objectId at gone actor { id name } } } pageInfo { endCursor hasNextPage } } }';

const request = (query: string, variables: object): Request => ({
  path: '/graphql',
  body: JSON.stringify({ query, variables }),
});

const subscribing = (query: string, variables: object, id = 'w'): string =>
  JSON.stringify({ id, type: 'subscribe', payload: { query, variables } });

export const tell = (acts: readonly NewAct[]): Request => request(TELL, { acts });
export const addFollows = (follows: readonly { readonly followerId: string; readonly followeeId: string }[]): Request =>
  request(FOLLOW, { follows });
/** Makes the object one that every user may use. */
export const openObject = (id: string): Request => request(OPEN, { id });
export const readPage: Request = request(PAGE, {});
export const readInbox: Request = request(INBOX, {});
export const watchTray: string = subscribing(TRAY, {});
/** All three on one connection, each under an id of its own. */
export const watchAll = (objectIds: readonly string[]): readonly string[] => [
  subscribing(COUNTS, { objectIds }, 'counts'),
  subscribing(TRAY, {}, 'tray'),
  subscribing(TIMELINE, {}, 'timeline'),
];
export const watchCounts = (dialect: DialectName, objectIds: readonly string[]): string =>
  dialect === 'bare'
    ? JSON.stringify({ id: 'w', type: 'counts', payload: { objectIds } })
    : subscribing(COUNTS, { objectIds });

export const putCounts = (dialect: DialectName, puts: readonly Put[]): Request => {
  const counts = puts.map(({ objectId, likes, version }) => ({
    objectId,
    counts: [{ name: 'likes', value: likes }],
    version: `${version}`,
  }));
  return dialect === 'bare' ? { path: '/counts', body: JSON.stringify(counts) } : request(PUT, { counts });
};

/** An event as it comes, of which what was asked for is checked. */
interface NextMessage<T> {
  readonly payload: { readonly data: T };
}

export interface CountsEvent {
  readonly objectId: string;
  readonly likes: number;
}

/** What an event of counts says; likes of which nothing was put are 0. */
export const countsOf = (event: string): CountsEvent => {
  const { data } = (
    JSON.parse(event) as NextMessage<{ countsChanged: { id: string; all: readonly { name: string; value: number }[] } }>
  ).payload;
  const { id, all } = data.countsChanged;
  return { objectId: id, likes: all.find(({ name }) => name === 'likes')?.value ?? 0 };
};

export interface Totals {
  readonly unread: number;
  readonly revision: string;
}

export interface TrayEvent {
  readonly inbox: Totals;
  readonly notices: readonly { readonly objectId: string | null; readonly actorCount: number }[];
}

export const trayOf = (event: string): TrayEvent =>
  (JSON.parse(event) as NextMessage<{ inboxChanged: TrayEvent }>).payload.data.inboxChanged;

/** The answer to {@link readInbox}. */
export const inboxIn = (body: string): Totals => (JSON.parse(body) as { data: { inbox: Totals } }).data.inbox;

/** The ids of the acts in an answer to {@link readPage}. */
export const actsIn = (body: string): readonly string[] =>
  (JSON.parse(body) as { data: { timeline: { edges: readonly { node: { id: string } }[] } } }).data.timeline.edges.map(
    ({ node }) => node.id,
  );

/** The act of an event of a timeline. */
export const actOf = (event: string): { readonly id: string } =>
  (JSON.parse(event) as NextMessage<{ timelineChanged: { id: string } }>).payload.data.timelineChanged;
