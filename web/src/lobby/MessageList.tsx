import { useLayoutEffect, useRef } from 'react';
import { type Message, messages } from '../messages/messages.js';
import { Avatar } from '../parts/Avatar.js';
import { SCROLLABLE } from '../parts/scrollable.js';
import { useStore } from '../parts/store.js';
import { FirstSteps } from './FirstSteps.js';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** Messages of one user within this time share one head. */
const GROUP_MS = 5 * 60_000;
const continues = (message: Message, before: Message | undefined): boolean =>
  before?.userId === message.userId && message.at - before.at < GROUP_MS;

const MessageItem = ({ message, isOwn, isContinued }: { message: Message; isOwn: boolean; isContinued: boolean }) => (
  <li className="message" data-continued={isContinued}>
    {!isContinued && <Avatar userId={message.userId} name={message.name} />}
    <div>
      {!isContinued && (
        <p className="message-head">
          <span className="message-name">{isOwn ? 'You' : message.name}</span>
          <time className="muted small" dateTime={new Date(message.at).toISOString()}>
            {clock.format(message.at)}
          </time>
        </p>
      )}
      <p className="message-text">{message.text}</p>
    </div>
  </li>
);

/** The messages, the latest in sight. */
export const MessageList = ({ userId, isCurrent }: { readonly userId: string; readonly isCurrent: boolean }) => {
  const all = useStore(messages);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (all.length > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [all]);

  return (
    <div
      ref={list}
      className="messages"
      role="log"
      aria-label="Messages"
      aria-live={isCurrent ? 'polite' : 'off'}
      {...SCROLLABLE}
    >
      {all.length === 0 ? (
        <FirstSteps />
      ) : (
        <ol>
          {all.map((message, at) => (
            <MessageItem
              key={message.id}
              message={message}
              isOwn={message.userId === userId}
              isContinued={continues(message, all[at - 1])}
            />
          ))}
        </ol>
      )}
    </div>
  );
};
