/**
 * The listeners of this process to what happens around people, whichever bus brings it. Changes of an act are delivered in the
 * order of the social log: two nodes that change it one after the other may publish in the other order.
 */
import { LRUCache } from 'lru-cache';
import type { Unsubscribe } from '../presence/ports/bus.js';
import type { SocialBus, SocialChange } from '../social/ports/socialBus.js';
import { createTopics, type MessageKind } from './busTopics.js';
import { socialTopics } from './storedMessages.js';

/** For how long the latest change of an act is remembered: a publication is late by a second or two at most. */
const REMEMBERED_MS = 10_000;
/** So many acts: beyond, the oldest are forgotten. An entry takes about 100 bytes. */
const MAX_REMEMBERED = 20_000;

export type ActChange = SocialChange & { readonly kind: 'act' };
export type TrayChange = SocialChange & { readonly kind: 'tray' | 'mute' };

/** What the reader of the social log asks of a bus. */
export interface SocialReceiver extends Pick<SocialBus, 'deliverSocial'> {
  /** Called with each change that the bus brought to a listener of this node. */
  onSocialReceived(listener: (change: SocialChange) => void): Unsubscribe;
  /** Whether somebody on this node listens to that topic of the social log. */
  hears(topic: string): boolean;
}

/** `onMessage` counts the messages that had a listener. */
export const createSocialTopics = (onMessage: (kind: MessageKind) => void) => {
  const acts = createTopics<ActChange>(() => onMessage('act'));
  const trays = createTopics<TrayChange>(() => onMessage('tray'));
  const counts = createTopics<SocialChange & { readonly kind: 'counts' }>(() => onMessage('counts'));
  const received = createTopics<SocialChange>();
  const latest = new LRUCache<string, number>({
    maxSize: MAX_REMEMBERED,
    sizeCalculation: () => 1,
    ttl: REMEMBERED_MS,
  });

  const isOutdated = ({ logId, act }: ActChange): boolean => {
    if (logId === undefined) return false;
    const number = Number(logId);
    if (number <= (latest.get(act.id) ?? 0)) return true;
    latest.set(act.id, number);
    return false;
  };

  const deliverSocial = (change: SocialChange): void => {
    if (change.kind === 'act') {
      const topic = socialTopics.acts(change.act.actorId);
      if (acts.has(topic) && !isOutdated(change)) acts.deliver(topic, change);
    } else if (change.kind === 'counts') {
      counts.deliver(socialTopics.counts(change.counts.objectId), change);
    } else {
      trays.deliver(socialTopics.tray(change.userId), change);
    }
  };
  const hears = (topic: string): boolean => acts.has(topic) || trays.has(topic) || counts.has(topic);

  return {
    addActs: (actorId: string, listener: (change: ActChange) => void) => acts.add(socialTopics.acts(actorId), listener),
    addTray: (userId: string, listener: (change: TrayChange) => void) => trays.add(socialTopics.tray(userId), listener),
    addCounts: (objectId: string, listener: Parameters<SocialBus['subscribeCounts']>[1]) =>
      counts.add(socialTopics.counts(objectId), ({ counts: values }) => listener(values)),
    /** A change came through the bus. */
    receive(change: SocialChange): void {
      received.deliver('', change);
      deliverSocial(change);
    },
    deliverSocial,
    onSocialReceived: (listener: (change: SocialChange) => void) => received.add('', listener),
    hears,
    hearsActs: (actorId: string) => acts.has(socialTopics.acts(actorId)),
    get size() {
      return acts.size + trays.size + counts.size;
    },
  };
};
