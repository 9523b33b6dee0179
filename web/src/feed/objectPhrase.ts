import type { DemoPerson } from '../demo/demo.js';
import type { FeedPost } from '../host/storedPost.js';
import { firstName } from '../words/names.js';

interface Facts {
  readonly objectId: string | null;
  /** The reader. */
  readonly userId: string;
  readonly post: FeedPost;
  readonly people: readonly DemoPerson[];
}

/** "your post", "Ada’s post"; null where there is no object. */
export const objectPhrase = ({ objectId, userId, post, people }: Facts): string | null => {
  if (objectId === null) return null;
  if (objectId !== post.id) return 'something';
  if (post.ownerId === userId) return 'your post';
  const owner = people.find(({ id }) => id === post.ownerId);
  return owner ? `${firstName(owner.name)}’s post` : 'a post';
};
