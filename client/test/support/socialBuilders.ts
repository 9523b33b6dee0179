/** What the social part of a server sends. */
import type { User } from '../../src/index.js';
import { type Act, type Counts, createSocial, type Notice, type Social } from '../../src/social/index.js';
import { at } from './builders.js';
import { pass, type Setup, setUp } from './harness.js';

export interface SocialSetup extends Setup {
  readonly social: Social;
}

export const setUpSocial = async (...given: Parameters<typeof setUp>): Promise<SocialSetup> => {
  const made = await setUp(...given);
  return { ...made, social: createSocial(made.client) };
};

export const user = (id: string): User => ({ id, name: id, avatarUrl: null });

export const counts = (objectId: string, seconds: number, likes: number): Counts => ({
  id: objectId,
  objectId,
  all: [{ name: 'likes', value: likes }],
  asOf: at(seconds),
});

/** A like, told so many seconds after noon. */
export const act = (id: string, seconds = 0, changes: Partial<Act> = {}): Act & { gone: boolean } => ({
  id,
  verb: 'like',
  actor: user('ben'),
  objectId: 'post',
  objectType: 'post',
  text: null,
  data: null,
  at: at(seconds),
  gone: false,
  ...changes,
});

/** What is sent last of an act. */
export const actGone = (id: string) => ({ ...act(id), actor: { id: '', name: null, avatarUrl: null }, gone: true });

export const notice = (position: number, changes: Partial<Notice> = {}): Notice & { gone: boolean } => ({
  id: `notice-${position}`,
  verb: 'like',
  objectId: 'post',
  objectType: 'post',
  actors: [user('ben')],
  actorCount: 1,
  latest: act(`like-${position}`, position),
  at: at(position),
  isRead: false,
  position: `${position}`,
  gone: false,
  ...changes,
});

export const noticeGone = (id: string) => ({ ...notice(0), id, actors: [], actorCount: 0, position: '0', gone: true });

export const page = (nodes: readonly { readonly id: string }[], hasNextPage = false) => ({
  edges: nodes.map((node) => ({ node })),
  pageInfo: { hasNextPage, endCursor: nodes.at(-1)?.id ?? null },
});

/** An event of the tray. */
export const inboxChange = (
  revision: number,
  notices: readonly object[] = [],
  { unread = 0, unseen, partial = false }: { unread?: number; unseen?: number; partial?: boolean } = {},
) => ({ inbox: { unread, unseen: unseen ?? unread, revision: `${revision}` }, notices, partial });

/** Long enough for what is shown together. */
export const settle = () => pass(20);
