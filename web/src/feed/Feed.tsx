import { useTimeline } from '@rollcall/client/react-social';
import { useDemo, useNames } from '../demo/DemoContext.js';
import { Composer } from '../lobby/Composer.js';
import { TypingLine } from '../lobby/TypingLine.js';
import { Fault } from '../parts/Fault.js';
import { SCROLLABLE } from '../parts/scrollable.js';
import { useAction } from '../parts/useAction.js';
import { TimeAgo } from '../time/TimeAgo.js';
import { firstName } from '../words/names.js';
import { deedPhrase } from '../words/noticeSentence.js';
import { Comments } from './Comments.js';
import { objectPhrase } from './objectPhrase.js';
import { Post } from './Post.js';
import './Feed.css';

/** Of the acts of people one follows. */
const SHOWN_ACTS = 5;

interface Props {
  readonly userId: string;
  readonly name: string;
  readonly isCurrent: boolean;
}

/** What the people one follows did lately. */
const Lately = ({ userId }: { readonly userId: string }) => {
  const { acts } = useTimeline();
  const { post, people } = useDemo();
  const nameOf = useNames();
  if (acts.length === 0) return null;
  return (
    <section className="lately" aria-label="Lately">
      <h3 className="section-title">Lately, by those whom you follow</h3>
      <ul>
        {acts.slice(0, SHOWN_ACTS).map(({ id, actor, verb, objectId, at }) => (
          <li key={id} className="lately-act small">
            <span className="ellipsis">
              {firstName(nameOf({ userId: actor.id, user: actor }))}{' '}
              {verb === 'follow'
                ? 'follows somebody'
                : deedPhrase(verb, objectPhrase({ objectId, userId, post, people }))}
            </span>
            <TimeAgo at={at} />
          </li>
        ))}
      </ul>
    </section>
  );
};

/** A post with what happens around it. Who opens this tab is at the post. */
export const Feed = ({ userId, name, isCurrent }: Props) => {
  const { post, host } = useDemo();
  const { run, fault } = useAction();
  return (
    <div className="feed">
      <section className="feed-scroll" aria-label="Feed" {...SCROLLABLE}>
        <Post userId={userId} />
        <Comments userId={userId} />
        <Lately userId={userId} />
        <p className="muted small feed-note">
          A script in this page plays the product’s back end: it keeps likes and comments in this browser, and tells
          Rollcall.
        </p>
      </section>
      <Fault message={fault} />
      <TypingLine conversationId={post.id} isCurrent={isCurrent} what="a comment" />
      <Composer
        conversationId={post.id}
        label={`Comment on the post, as ${name}`}
        placeholder="Write a comment"
        onSend={(text) => run(() => host.comment({ userId, name }, text))}
      />
    </div>
  );
};
