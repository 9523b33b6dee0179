import { useCounts, useHere } from '@rollcall/client/react-social';
import type { Counts, Here } from '@rollcall/client/social';
import { useDemo, useNames } from '../demo/DemoContext.js';
import { Avatar } from '../parts/Avatar.js';
import { Fault } from '../parts/Fault.js';
import { Icon } from '../parts/Icon.js';
import { useStore } from '../parts/store.js';
import { useAction } from '../parts/useAction.js';
import { MuteButton } from '../people/MuteButton.js';
import { hereSentence } from '../words/hereSentence.js';

/** Faces beside the sentence. */
const SHOWN_FACES = 4;

const countOf = (counts: Counts | undefined, name: string): number =>
  counts?.all.find((count) => count.name === name)?.value ?? 0;

/** Who has the post open. */
const Visitors = ({ here }: { readonly here: Here | undefined }) => {
  const nameOf = useNames();
  const people = here?.people ?? [];
  return (
    <p className="visitors muted small" title={people.map(nameOf).join(', ')}>
      <span className="faces">
        {people.slice(0, SHOWN_FACES).map((presence) => (
          <Avatar key={presence.userId} userId={presence.userId} name={nameOf(presence)} />
        ))}
      </span>
      <span className="visitors-count">{hereSentence(here)}</span>
    </p>
  );
};

/** The post, with its live counts and who is there. */
export const Post = ({ userId }: { readonly userId: string }) => {
  const { post, people, host } = useDemo();
  const { likes } = useStore(host.post);
  const counts = useCounts(post.id);
  const here = useHere(post.id, { enter: true });
  const { run, fault } = useAction();
  const owner = people.find(({ id }) => id === post.ownerId);
  const author = owner?.name ?? post.ownerId;
  const isLiked = likes.includes(userId);
  const [likeCount, commentCount] = [countOf(counts, 'likes'), countOf(counts, 'comments')];
  const plural = (count: number, word: string) => `${count} ${count === 1 ? word : `${word}s`}`;

  return (
    <article className="post" aria-label={`Post of ${author}`}>
      <header className="post-head">
        <Avatar userId={post.ownerId} name={author} />
        <div>
          <p className="post-author">{post.ownerId === userId ? 'You' : author}</p>
          <Visitors here={here} />
        </div>
        <MuteButton target={{ objectId: post.id }} name="this post" />
      </header>
      <p className="post-text">A sketch for the weekend: the engine plays the bass line, we sing. Who is in?</p>
      <div className="post-actions">
        <button
          type="button"
          className="button small like"
          aria-pressed={isLiked}
          aria-label={`Like, ${plural(likeCount, 'like')}`}
          onClick={() => run(() => (isLiked ? host.unlike(userId) : host.like(userId)))}
        >
          <Icon name="heart" />
          <span className="count">{likeCount}</span>
        </button>
        <span className="comment-count muted small">
          <Icon name="comment" />
          <span className="count">{commentCount}</span>
          <span className="visually-hidden">{plural(commentCount, 'comment')}</span>
        </span>
      </div>
      <Fault message={fault} />
    </article>
  );
};
