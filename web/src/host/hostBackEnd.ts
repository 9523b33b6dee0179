/**
 * Plays the back end of a product: it owns the post, its likes and its comments, and tells Rollcall what happened. In a
 * product this runs on a server, with a database in the place of this browser's storage; the service token never reaches a
 * page there.
 */
import { createStore, type Store } from '../parts/store.js';
import { callHost } from './callHost.js';
import { type Comment, type FeedPost, loadPost, type PostState, STORED_POST, savePost } from './storedPost.js';

export interface HostBackEnd {
  readonly postId: string;
  readonly post: Store<PostState>;
  /** Each resolves when Rollcall was told, and rejects with a sentence for the reader. */
  like(userId: string): Promise<void>;
  unlike(userId: string): Promise<void>;
  comment(author: { readonly userId: string; readonly name: string }, text: string): Promise<void>;
}

const MAX_COMMENTS = 100;

/** Registers with a version: it does not matter how often or in which order they arrive. */
const PUT_COUNTS = 'putCounts(counts: $counts)';
const COUNT = `mutation Count($counts: [CountsInput!]!) { ${PUT_COUNTS} }`;
const TELL = `mutation Tell($acts: [ActInput!]!, $counts: [CountsInput!]!) { tell(acts: $acts) ${PUT_COUNTS} }`;
const RETRACT = `mutation Retract($ids: [ID!]!, $counts: [CountsInput!]!) { retract(actIds: $ids) ${PUT_COUNTS} }`;

export const createHostBackEnd = (
  { id: postId, ownerId }: FeedPost,
  getToken: () => Promise<string>,
  storage: Storage = localStorage,
): HostBackEnd => {
  const post = createStore(loadPost(postId, storage));
  addEventListener('storage', ({ key }) => {
    // Another tab of this browser is the same back end.
    if (key === STORED_POST(postId)) post.set(loadPost(postId, storage));
  });

  /** One commit of the back end's database. */
  const commit = (change: (state: PostState) => Pick<PostState, 'likes' | 'comments'>): void => {
    const state = loadPost(postId, storage);
    const next = { ...change(state), version: Math.max(state.version + 1, Date.now()) };
    savePost(postId, next, storage);
    post.set(next);
  };
  const counts = () => {
    const { version, likes, comments } = post.get();
    const values = [
      { name: 'likes', value: likes.length },
      { name: 'comments', value: comments.length },
    ];
    return [{ objectId: postId, counts: values, version: `${version}` }];
  };

  /** One call after the other: what was taken back must not be told after that. */
  let calls: Promise<unknown> = Promise.resolve();
  const call = (query: string, variables: Record<string, unknown> = {}): Promise<void> => {
    const operation = { query, variables: { ...variables, counts: counts() } };
    const called = calls.then(() => callHost(getToken, operation));
    calls = called.catch(() => {});
    return called;
  };
  const act = (verb: string, id: string, actorId: string, notify: readonly string[], text?: string) => ({
    id,
    verb,
    actorId,
    objectId: postId,
    objectType: 'post',
    notify,
    text,
  });
  const likeId = (userId: string) => `like:${postId}:${userId}`;

  // Where the server's data are new, or the last call was lost with its page.
  call(COUNT).catch(() => {});

  return {
    postId,
    post,
    like(userId) {
      commit(({ likes, comments }) => ({ likes: [...likes.filter((id) => id !== userId), userId], comments }));
      return call(TELL, { acts: [act('like', likeId(userId), userId, [ownerId])] });
    },
    unlike(userId) {
      commit(({ likes, comments }) => ({ likes: likes.filter((id) => id !== userId), comments }));
      return call(RETRACT, { ids: [likeId(userId)] });
    },
    comment({ userId, name }, text) {
      const comment: Comment = { id: crypto.randomUUID(), userId, name, text: text.trim(), at: Date.now() };
      const notify = [...new Set([ownerId, ...post.get().comments.map((earlier) => earlier.userId)])];
      commit(({ likes, comments }) => ({ likes, comments: [...comments, comment].slice(-MAX_COMMENTS) }));
      return call(TELL, { acts: [act('comment', `comment:${comment.id}`, userId, notify, comment.text)] });
    },
  };
};
