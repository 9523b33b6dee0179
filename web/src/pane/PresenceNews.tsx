import type { Presence, PresenceStatus } from '@rollcall/client';
import { useRoster } from '@rollcall/client/react';
import { useEffect, useRef, useState } from 'react';
import { useNames } from '../demo/DemoContext.js';
import { STATUS_LABELS } from '../words/labels.js';

/** Changes within this time are read out together, in milliseconds. */
const TOGETHER_MS = 1_500;

const statusesOf = (roster: readonly Presence[]): ReadonlyMap<string, PresenceStatus> =>
  new Map(roster.map(({ userId, status }) => [userId, status]));

/** What a screen reader is told of the people: whose status changed, politely and in one sentence. */
export const PresenceNews = () => {
  const roster = useRoster();
  const nameOf = useNames();
  const told = useRef(statusesOf(roster));
  const [news, setNews] = useState('');

  useEffect(() => {
    const timer = setTimeout(() => {
      const changed = roster.filter(({ userId, status }) => {
        const before = told.current.get(userId);
        return before !== undefined && before !== status;
      });
      told.current = statusesOf(roster);
      if (changed.length === 0) return;
      const sentences = changed.map(
        (one) => `${nameOf(one)} is ${(STATUS_LABELS[one.status] ?? one.status).toLowerCase()}.`,
      );
      setNews(sentences.join(' '));
    }, TOGETHER_MS);
    return () => clearTimeout(timer);
  }, [roster, nameOf]);

  return (
    <p className="visually-hidden" role="status">
      {news}
    </p>
  );
};
