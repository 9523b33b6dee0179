import { useInbox } from '@rollcall/client/react-social';
import type { Notice } from '@rollcall/client/social';
import { useDemo, useNames } from '../demo/DemoContext.js';
import { objectPhrase } from '../feed/objectPhrase.js';
import { Avatar } from '../parts/Avatar.js';
import { Fault } from '../parts/Fault.js';
import { useAction } from '../parts/useAction.js';
import { TimeAgo } from '../time/TimeAgo.js';
import { firstName } from '../words/names.js';
import { actorsPhrase, deedPhrase } from '../words/noticeSentence.js';

interface LineProps {
  readonly notice: Notice;
  readonly userId: string;
  readonly onRead: () => void;
}

/** One line of the tray. Who opens it has read it. */
const Line = ({ notice, userId, onRead }: LineProps) => {
  const { post, people } = useDemo();
  const nameOf = useNames();
  const { verb, actors, actorCount, latest, isRead, objectId, at } = notice;
  const names = actors.map((actor) => nameOf({ userId: actor.id, user: actor }));
  return (
    <li>
      <button type="button" className="notice" data-read={isRead} onClick={onRead}>
        <Avatar userId={actors[0]?.id ?? ''} name={names[0] ?? ''} />
        <span className="notice-text">
          <span>
            <strong>{actorsPhrase(names.map(firstName), actorCount)}</strong>{' '}
            {deedPhrase(verb, objectPhrase({ objectId, userId, post, people }))}
          </span>
          {latest.text !== null && <span className="muted small ellipsis">“{latest.text}”</span>}
          <TimeAgo at={at} />
        </span>
        {!isRead && (
          <span className="notice-unread">
            <span className="visually-hidden">Unread</span>
          </span>
        )}
      </button>
    </li>
  );
};

/** The tray: grouped notices, the latest first. */
export const TrayList = ({ userId }: { readonly userId: string }) => {
  const { inbox, markRead, loadMore } = useInbox();
  const { run, isPending, fault } = useAction();
  const notices = inbox?.notices ?? [];
  return (
    <div className="tray">
      <header className="tray-head">
        <h3 className="tray-title">Notifications</h3>
        <button
          type="button"
          className="button small"
          disabled={isPending || !inbox?.unread}
          onClick={() => run(() => markRead())}
        >
          Mark all read
        </button>
      </header>
      {notices.length === 0 ? (
        <p className="tray-empty muted">
          {inbox ? 'Nothing yet. Like the post, or comment on it, as somebody else.' : 'Loading…'}
        </p>
      ) : (
        <ul className="tray-list">
          {notices.map((notice) => (
            <Line
              key={notice.id}
              notice={notice}
              userId={userId}
              onRead={() => {
                if (!notice.isRead) void run(() => markRead([notice.id]));
              }}
            />
          ))}
        </ul>
      )}
      {inbox?.hasMore && (
        <button type="button" className="button small tray-more" disabled={isPending} onClick={() => run(loadMore)}>
          Show earlier ones
        </button>
      )}
      <Fault message={fault} />
    </div>
  );
};
