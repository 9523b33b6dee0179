/**
 * The places at which the user is. The server ties them to the session, which may have begun anew with each connection, and ends
 * those that the user may no longer use. So a place that the session is found not to be at, by a heartbeat or by who is there, is
 * entered again, as is one that was not there: with growing waits, at once where people are seen there.
 */
import { isTemporary, type PresenceError, waitOf } from '../errors.js';
import type { Internals } from '../internals.js';
import { Retained } from '../retained.js';
import { Absences } from './absences.js';
import { ENTER, HEARTBEAT, LEAVE } from './documents.js';
import { reportLasting } from './failures.js';
import { createPlacesStore, type PlacesStore } from './placesStore.js';

/** Places of one session. */
const MAX_PLACES = 3;
/** A view that comes back within it has not left. */
const LINGER_MS = 250;
/** A page that was loaded again has so long to come back to where it was. */
const RETURN_MS = 10_000;

/**
 * - `entering`: there is no answer yet.
 * - `uncertain`: to be entered; it may have been over an earlier connection, which the session may have outlived.
 * - `refused`: not there, and tried again where that may help.
 */
type Visit = 'entering' | 'entered' | 'uncertain' | 'refused';

export class Visits {
  private readonly entered = new Map<string, Visit>();
  private readonly wanted = new Retained<string>(
    { onFirst: () => void this.settle(), onGone: () => void this.settle() },
    LINGER_MS,
  );
  /** Entered by the page as it was before it was loaded again, and not entered since. */
  private readonly inherited: Set<string>;
  private readonly store: PlacesStore;
  private readonly absences = new Absences((id) => {
    this.entered.set(id, 'uncertain');
    void this.settle();
  });
  private returning: ReturnType<typeof setTimeout> | undefined;
  private isBusy = false;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Internals) {
    this.store = createPlacesStore(client.session.id);
    this.inherited = new Set(this.store.load());
    for (const id of this.inherited) this.entered.set(id, 'uncertain');
    client.heartbeat = HEARTBEAT;
    client.onPlaces = (places) => {
      for (const [id, visit] of this.entered) if (visit === 'entered' && !places.includes(id)) this.lost(id);
    };
  }

  enter(conversationId: string): () => void {
    return this.wanted.retain(conversationId);
  }

  /** What a subscription to a place tells: whether anybody is there. Callers find themselves, and who may not use it finds nobody. */
  seen(id: string, isEmpty: boolean): void {
    if (!isEmpty) this.absences.hasten(id);
    else if (this.entered.get(id) === 'entered') this.lost(id);
  }

  up(): void {
    if (this.inherited.size > 0) {
      this.returning ??= setTimeout(() => {
        this.inherited.clear();
        void this.settle();
      }, RETURN_MS);
    }
    void this.settle();
  }

  down(): void {
    this.resume();
    this.absences.pause();
    for (const [id, visit] of this.entered) {
      if (visit === 'refused') this.entered.delete(id);
      else this.entered.set(id, 'uncertain');
    }
  }

  clear(): void {
    this.resume();
    this.absences.clear();
    clearTimeout(this.returning);
    this.wanted.clear();
    this.entered.clear();
  }

  /** The session has ended. */
  forget(): void {
    this.store.save([]);
  }

  private lost(id: string): void {
    this.entered.set(id, 'refused');
    this.absences.add(id);
  }

  private resume(): void {
    clearTimeout(this.pause);
    this.pause = undefined;
  }

  /** One after the other: a leave must not overtake an enter, and the server keeps the places that were entered last. */
  private async settle(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.client.operations.isUp && !this.pause) {
      const wanted = [...this.wanted.keys()].slice(-MAX_PLACES);
      const gone = [...this.entered.keys()].find((id) => !wanted.includes(id) && !this.inherited.has(id));
      const next = wanted.find((id) => (this.entered.get(id) ?? 'uncertain') === 'uncertain');
      if (gone !== undefined) await this.leave(gone);
      else if (next !== undefined) await this.goTo(next);
      else break;
    }
    this.isBusy = false;
  }

  private async leave(id: string): Promise<void> {
    this.absences.delete(id);
    const error = this.entered.get(id) === 'refused' ? undefined : await this.say(LEAVE, id);
    // What cannot be left is not there.
    if (error && mayPass(error)) return;
    this.entered.delete(id);
    this.save();
  }

  private async goTo(id: string): Promise<void> {
    // Before the answer, so that it is left where the connection is lost before that.
    this.entered.set(id, 'entering');
    this.inherited.delete(id);
    this.save();
    const error = await this.say(ENTER, id);
    // Where there is no such entry any more, the connection or the client has ended meanwhile.
    if (this.entered.get(id) !== 'entering') return;
    const wasAbsent = this.absences.has(id);
    if (!error) {
      this.entered.set(id, 'entered');
      this.absences.delete(id);
    } else if (error.code === 'NOT_FOUND') {
      this.lost(id);
      if (!wasAbsent) this.client.onError(error);
    } else {
      this.entered.set(id, mayPass(error) ? 'uncertain' : 'refused');
      if (error.code !== 'DISCONNECTED') reportLasting(this.client)(error);
    }
  }

  private save(): void {
    this.store.save([...this.entered.keys()]);
  }

  /** Resolves with the failure. */
  private async say(document: string, id: string): Promise<PresenceError | undefined> {
    try {
      await this.client.operations.send(document, { id });
      return undefined;
    } catch (cause) {
      const error = cause as PresenceError;
      if (isTemporary(error)) {
        this.pause = setTimeout(() => {
          this.pause = undefined;
          void this.settle();
        }, waitOf(error));
      }
      return error;
    }
  }
}

const mayPass = (error: PresenceError): boolean => isTemporary(error) || error.code === 'DISCONNECTED';
