import { useDemo } from '../demo/DemoContext.js';
import { Avatar } from '../parts/Avatar.js';
import { useStore } from '../parts/store.js';
import { useRelations } from '../people/Relations.js';
import { TimeAgo } from '../time/TimeAgo.js';

/** The comments as the host keeps them: Rollcall says that there is one, and tells whom it concerns. */
export const Comments = ({ userId }: { readonly userId: string }) => {
  const { comments } = useStore(useDemo().host.post);
  const { blocked } = useRelations();
  const shown = comments.filter((comment) => !blocked.has(comment.userId));
  return (
    <ul className="comments" aria-label="Comments">
      {shown.map((comment) => (
        <li key={comment.id} className="comment">
          <Avatar userId={comment.userId} name={comment.name} />
          <div>
            <p className="comment-head">
              <span className="message-name">{comment.userId === userId ? 'You' : comment.name}</span>
              <TimeAgo at={new Date(comment.at).toISOString()} />
            </p>
            <p className="message-text">{comment.text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
};
