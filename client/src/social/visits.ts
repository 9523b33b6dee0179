/** The places at which the user is. The server ties them to the session, which may have begun anew with each connection. */
import { isTemporary, type PresenceError, waitOf } from '../errors.js';
import type { Internals } from '../internals.js';
import { Retained } from '../retained.js';
import { ENTER, LEAVE } from './documents.js';
import { reportLasting } from './failures.js';
import { createPlacesStore, type PlacesStore } from './placesStore.js';

/** Places of one session. */
const MAX_PLACES = 3;
/** A view that comes back within it has not left. */
const LINGER_MS = 250;
/** A page that was loaded again has so long to come back to where it was. */
const RETURN_MS = 10_000;

/** - `uncertain`: entered over an earlier connection, which the session may have outlived. */
type Visit = 'entered' | 'uncertain' | 'refused';

export class Visits {
  private readonly entered = new Map<string, Visit>();
  private readonly wanted = new Retained<string>(
    { onFirst: () => void this.settle(), onGone: () => void this.settle() },
    LINGER_MS,
  );
  /** Entered by the page as it was before it was loaded again, and not entered since. */
  private readonly inherited: Set<string>;
  private readonly store: PlacesStore;
  private returning: ReturnType<typeof setTimeout> | undefined;
  private isBusy = false;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Internals) {
    this.store = createPlacesStore(client.session.id);
    this.inherited = new Set(this.store.load());
    for (const id of this.inherited) this.entered.set(id, 'uncertain');
  }

  enter(conversationId: string): () => void {
    return this.wanted.retain(conversationId);
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
    for (const [id, visit] of this.entered) {
      if (visit === 'refused') this.entered.delete(id);
      else this.entered.set(id, 'uncertain');
    }
  }

  clear(): void {
    this.resume();
    clearTimeout(this.returning);
    this.wanted.clear();
    this.entered.clear();
  }

  /** The session has ended. */
  forget(): void {
    this.store.save([]);
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
    const error = this.entered.get(id) === 'refused' ? undefined : await this.say(LEAVE, id);
    // What cannot be left is not there.
    if (error && mayPass(error)) return;
    this.entered.delete(id);
    this.save();
  }

  private async goTo(id: string): Promise<void> {
    // Before the answer, so that it is left where the connection is lost before that.
    this.entered.set(id, 'entered');
    this.inherited.delete(id);
    this.save();
    const error = await this.say(ENTER, id);
    // Where there is no entry any more, the client has ended meanwhile.
    if (!error || error.code === 'DISCONNECTED' || !this.entered.has(id)) return;
    this.entered.set(id, mayPass(error) ? 'uncertain' : 'refused');
    reportLasting(this.client)(error);
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
