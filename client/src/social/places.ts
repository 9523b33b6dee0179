/** Who is at the places that somebody listens to. */
import { presenceError } from '../errors.js';
import type { Internals } from '../internals.js';
import { Listeners } from '../observable.js';
import { Retained } from '../retained.js';
import type { Presence, Readable } from '../types.js';
import { Absences } from './absences.js';
import { HERE_CHANGED } from './documents.js';
import { reportLasting } from './failures.js';
import type { Here } from './types.js';

/** A connection has 50 subscriptions in all. */
const MAX_PLACES = 10;
const MAX_PEOPLE = 200;

interface HereChange {
  readonly here: Omit<Here, 'people'>;
  readonly came: readonly Presence[];
  readonly went: readonly string[];
}

interface Place {
  here: Here | undefined;
  people: Map<string, Presence>;
  /** The next event is the first of its subscription: all who are there. */
  isStarting: boolean;
  unsubscribe: () => void;
}

export class Places {
  private readonly listeners: Listeners<string, Here | undefined>;
  private readonly watched = new Map<string, Place>();
  private readonly retained = new Retained<string>({
    onFirst: (id) => this.start(id),
    onGone: (id) => this.stop(id),
  });

  private readonly absences = new Absences((id) => {
    const place = this.watched.get(id);
    if (place) this.subscribe(id, place);
  });

  constructor(
    private readonly client: Internals,
    /** Told of each event: whether nobody is there. */
    private readonly onEvent: (conversationId: string, isEmpty: boolean) => void,
  ) {
    this.listeners = new Listeners(client.report);
  }

  at(conversationId: string): Readable<Here | undefined> {
    const get = () => this.watched.get(conversationId)?.here;
    return {
      get,
      subscribe: (listener) => {
        // A component that has no id yet is not at fault.
        const release = conversationId ? this.retained.retain(conversationId) : () => {};
        const remove = this.listeners.add(conversationId, listener);
        this.listeners.call(listener, get());
        return () => {
          remove();
          release();
        };
      },
    };
  }

  down(): void {
    this.absences.pause();
    for (const place of this.watched.values()) place.isStarting = true;
  }

  clear(): void {
    this.retained.clear();
    for (const conversationId of [...this.watched.keys()]) this.end(conversationId);
  }

  private start(conversationId: string): void {
    if (this.watched.size >= MAX_PLACES) {
      this.client.onError(presenceError('BAD_USER_INPUT', `At most ${MAX_PLACES} places are watched at a time.`));
      return;
    }
    const place: Place = { here: undefined, people: new Map(), isStarting: true, unsubscribe: () => {} };
    this.watched.set(conversationId, place);
    this.subscribe(conversationId, place);
  }

  private subscribe(conversationId: string, place: Place): void {
    place.unsubscribe();
    place.unsubscribe = this.client.operations.subscribe<{ hereChanged: HereChange }>(
      HERE_CHANGED,
      { id: conversationId },
      ({ hereChanged }) => this.receive(conversationId, place, hereChanged),
      (error) => {
        // Who comes and goes is not heard of any more.
        place.isStarting = true;
        this.show(conversationId, place, undefined);
        const isKnown = this.absences.has(conversationId);
        // It may be there, or for the caller, later.
        if (error.code === 'NOT_FOUND') this.absences.add(conversationId);
        if (!isKnown) reportLasting(this.client)(error);
      },
    );
  }

  private stop(conversationId: string): void {
    this.end(conversationId);
    // There is room for one that found none.
    for (const waiting of this.retained.keys()) {
      if (this.watched.size >= MAX_PLACES) return;
      if (!this.watched.has(waiting)) this.start(waiting);
    }
  }

  private end(conversationId: string): void {
    const place = this.watched.get(conversationId);
    if (!place) return;
    place.unsubscribe();
    this.absences.delete(conversationId);
    this.show(conversationId, place, undefined);
    this.watched.delete(conversationId);
  }

  private receive(conversationId: string, place: Place, { here, came, went }: HereChange): void {
    this.absences.delete(conversationId);
    if (place.isStarting) place.people.clear();
    place.isStarting = false;
    for (const userId of went) place.people.delete(userId);
    for (const presence of came) place.people.set(presence.userId, presence);
    this.onEvent(conversationId, place.people.size === 0);
    const people = [...place.people.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    this.show(conversationId, place, { ...here, people: people.slice(0, MAX_PEOPLE) });
  }

  private show(conversationId: string, place: Place, here: Here | undefined): void {
    if (here === place.here) return;
    place.here = here;
    this.listeners.notify(conversationId, () => place.here);
  }
}
