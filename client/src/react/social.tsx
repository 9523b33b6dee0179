/** `@rollcall/client/react-social`: hooks over the social layer of the client of the nearest `PresenceProvider`. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import {
  type Act,
  type Counts,
  createSocial,
  type Here,
  type Inbox,
  type InboxReadable,
  type Social,
  type TimelineReadable,
} from '../social/index.js';
import type { Readable } from '../types.js';
import { usePresenceClient } from './index.js';

const NO_ACTS: readonly Act[] = [];
const noActs = () => NO_ACTS;
const nothing = () => undefined;

const useReadable = <T,>(readable: Readable<T>, onServer: () => T): T =>
  useSyncExternalStore(readable.subscribe, readable.get, onServer);

/** The social layer of the client of the nearest provider: also `mute` and `unmute`. Throws where there is no provider. */
export const useSocial = (): Social => createSocial(usePresenceClient());

/**
 * Who is at a place; undefined while nothing is known of it, and where the caller may not use it. With `enter` the user is
 * there as long as the component is shown.
 */
export const useHere = (conversationId: string, { enter = false } = {}): Here | undefined => {
  const social = useSocial();
  useEffect(() => (enter ? social.enter(conversationId) : undefined), [social, conversationId, enter]);
  return useReadable(
    useMemo(() => social.here(conversationId), [social, conversationId]),
    nothing,
  );
};

/** Undefined while nothing is known of the object, and where the caller may not use it. */
export const useCounts = (objectId: string): Counts | undefined => {
  const social = useSocial();
  return useReadable(
    useMemo(() => social.counts(objectId), [social, objectId]),
    nothing,
  );
};

/** The caller's tray, undefined until it was received, and what the caller does with it. The functions stay the same. */
export const useInbox = (): {
  readonly inbox: Inbox | undefined;
} & Pick<InboxReadable, 'markSeen' | 'markRead' | 'loadMore'> => {
  const { inbox } = useSocial();
  const { markSeen, markRead, loadMore } = inbox;
  return { inbox: useReadable(inbox, nothing), markSeen, markRead, loadMore };
};

/** What those on the caller's roster did, the latest first. */
export const useTimeline = (): { readonly acts: readonly Act[] } & Pick<TimelineReadable, 'loadMore'> => {
  const { timeline } = useSocial();
  return { acts: useReadable(timeline, noActs), loadMore: timeline.loadMore };
};
