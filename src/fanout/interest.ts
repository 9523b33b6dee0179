/**
 * One subscription's interest in one user: what it may see, what it was told, and what it is still owed. Everything
 * is judged when it is taken from the outbox, so that nothing goes out that is no longer the viewer's to see.
 */
import { OUT_OF_SIGHT, type PresenceContent, type PresenceView, sameContent } from '../presence/view.js';
import { type Facets, maySee, NOTHING } from '../presence/visibility.js';
import type { Outbox } from './outbox.js';
import type { Group, Shown, Topic, Watcher } from './topic.js';

/** What waits in a subscription's outbox. */
export interface Owed {
  readonly interest: Interest;
  /** A change as it was; null: the present state, whatever it is when this is taken; `lost`: the end of sight. */
  readonly shown: Shown | 'lost' | null;
  /** What is sent is as of no earlier than this. */
  readonly notBefore: number;
}

export type PresenceOutbox = Outbox<Owed, PresenceView>;

export interface Interest {
  readonly userId: string;
  /** Counts the changes of facts that touch it: what was read before the latest one does not hold. */
  readonly epoch: number;
  /** A fact changed. Where it may narrow sight, nothing goes out until the facts were read again. */
  touch(narrows: boolean): void;
  /** The facts as read, at `now`, after the latest change of them. */
  see(facets: Facets, now: number): void;
  /** The first facts, as read at `now`. With `tell`, what they show is owed; without, it is taken for known. */
  begin(facets: Facets, now: number, tell: boolean): void;
  /** What to send for something owed, now; undefined for nothing. */
  judge(owed: Owed): PresenceView | undefined;
  /** Leaves the topic. What is owed already may still be sent. */
  end(): void;
}

export const createInterest = ({
  topic,
  outbox,
}: {
  readonly topic: Topic;
  readonly outbox: PresenceOutbox;
}): Interest => {
  let facets: Facets = NOTHING;
  let group: Group | undefined;
  let begun = false;
  let withheld = false;
  let epoch = 0;
  /** The latest that was put, or sent. */
  let latest: PresenceContent | undefined;
  let sent: { readonly content: PresenceContent; readonly asOf: number; readonly revision: number } | undefined;

  const owe = (shown: Owed['shown'], notBefore: number) => outbox.put({ interest, shown, notBefore });

  const watcher: Watcher = {
    offer(shown) {
      if (withheld || (latest && (latest === shown.content || sameContent(latest, shown.content)))) return;
      latest = shown.content;
      owe(shown, 0);
    },
  };

  const regroup = (next: Facets) => {
    if (group) topic.leave(watcher, facets);
    facets = next;
    group = maySee(next) ? topic.join(watcher, next) : undefined;
  };

  /** Takes back what is owed, so that what comes next is compared with what was really sent. */
  const takeBack = () => {
    outbox.remove((owed) => owed.interest === interest);
    latest = sent?.content;
  };

  const emit = (content: PresenceContent, asOf: number, revision: number): PresenceView => {
    sent = { content, asOf: Math.max(asOf, (sent?.asOf ?? 0) + 1), revision };
    return { userId: topic.userId, ...content, asOf: sent.asOf };
  };

  const interest: Interest = {
    userId: topic.userId,
    get epoch() {
      return epoch;
    },

    touch(narrows) {
      epoch += 1;
      if (!narrows || withheld) return;
      withheld = true;
      takeBack();
    },

    begin(next, now, tell) {
      begun = true;
      withheld = false;
      regroup(next);
      const shown = group?.shown();
      if (!shown) return;
      latest = shown.content;
      if (tell) owe(null, now);
      else sent = { ...shown, asOf: Math.max(shown.asOf, now) };
    },

    see(next, now) {
      // What begins has its own reading, and repeats it.
      if (!begun) return;
      const same =
        next.status === facets.status && next.lastSeen === facets.lastSeen && next.activity === facets.activity;
      const wasWithheld = withheld;
      withheld = false;
      if (same && !wasWithheld) {
        // Nothing changed, unless the user came to be known only now.
        if (group && !latest) owe(null, now);
        return;
      }
      if (!same) {
        takeBack();
        regroup(next);
      }
      if (!group) owe('lost', now);
      // What waits for the end of the interval is offered then.
      else if (!(same && group.waits)) {
        latest = group.shown()?.content;
        owe(null, now);
      }
    },

    judge({ shown, notBefore }) {
      if (shown === 'lost') {
        if (group || !sent || sameContent(sent.content, OUT_OF_SIGHT)) return undefined;
        return { ...emit(OUT_OF_SIGHT, notBefore, sent.revision), lost: true };
      }
      if (withheld || !group) return undefined;
      const now = shown ?? group.shown();
      if (!now || (shown && sent && shown.revision <= sent.revision)) return undefined;
      // The present is later than all that waits behind it, so what comes next is compared with it.
      if (!shown) latest = now.content;
      if (sent && sameContent(sent.content, now.content)) {
        sent = { ...sent, revision: now.revision };
        return undefined;
      }
      return emit(now.content, Math.max(now.asOf, notBefore), now.revision);
    },

    end() {
      epoch += 1;
      if (group) topic.leave(watcher, facets);
      group = undefined;
    },
  };
  return interest;
};
