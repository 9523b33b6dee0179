/** What the back end that the page plays knows of the post. This browser keeps it, through reloads and for all its tabs. */

/** What people like and comment on, and whose it is. */
export interface FeedPost {
  readonly id: string;
  readonly ownerId: string;
}

export interface Comment {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly text: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

export interface PostState {
  /** Grows with every commit. */
  readonly version: number;
  /** Ids of users. */
  readonly likes: readonly string[];
  /** Oldest first. */
  readonly comments: readonly Comment[];
}

const EMPTY: PostState = { version: 1, likes: [], comments: [] };

export const STORED_POST = (postId: string): string => `rollcall:post:${postId}`;

const isPostState = (value: unknown): value is PostState =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'version') === 'number' &&
  ['likes', 'comments'].every((name) => Array.isArray(Reflect.get(value, name)));

export const loadPost = (postId: string, storage: Storage): PostState => {
  try {
    const state: unknown = JSON.parse(storage.getItem(STORED_POST(postId)) ?? 'null');
    return isPostState(state) ? state : EMPTY;
  } catch {
    return EMPTY;
  }
};

export const savePost = (postId: string, state: PostState, storage: Storage): void =>
  storage.setItem(STORED_POST(postId), JSON.stringify(state));
