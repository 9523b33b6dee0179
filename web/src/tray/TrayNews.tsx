import { useInbox } from '@rollcall/client/react-social';
import { useEffect, useRef, useState } from 'react';
import { useDemo, useNames } from '../demo/DemoContext.js';
import { objectPhrase } from '../feed/objectPhrase.js';
import { firstName } from '../words/names.js';
import { actorsPhrase, deedPhrase } from '../words/noticeSentence.js';

/** What a screen reader is told of the tray: the latest notice that came, politely. */
export const TrayNews = ({ userId }: { readonly userId: string }) => {
  const { inbox } = useInbox();
  const { post, people } = useDemo();
  const nameOf = useNames();
  const [news, setNews] = useState('');
  const latest = inbox?.notices[0];
  /** The position that was told last; nothing is told of what was there before. */
  const told = useRef<number | null>(null);

  useEffect(() => {
    if (!inbox) return;
    const position = Number(latest?.position ?? 0);
    const isNew = told.current !== null && position > told.current;
    told.current = Math.max(told.current ?? 0, position);
    if (!isNew || !latest || latest.isRead) return;
    const names = latest.actors.map((actor) => firstName(nameOf({ userId: actor.id, user: actor })));
    const deed = deedPhrase(latest.verb, objectPhrase({ objectId: latest.objectId, userId, post, people }));
    setNews(`${actorsPhrase(names, latest.actorCount)} ${deed}.`);
  }, [inbox, latest, userId, post, people, nameOf]);

  return (
    <p className="visually-hidden" role="status">
      {news}
    </p>
  );
};
