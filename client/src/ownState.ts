/** What the caller chose, is seen as, and is live on, also by other devices; while somebody listens. */
import { ME_CHANGED } from './documents.js';
import type { PresenceError } from './errors.js';
import { Cell, type ReportFault } from './observable.js';
import type { Operations } from './operations.js';
import { Retained } from './retained.js';
import type { Me, Presence, Privacy } from './types.js';

export interface OwnStatePorts {
  readonly operations: Operations;
  /** May be told of what passes, too. */
  readonly onError: (error: PresenceError) => void;
  readonly report: ReportFault;
}

export class OwnState {
  readonly value: Cell<Me | undefined>;
  private readonly retained: Retained<null>;
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly ports: OwnStatePorts) {
    this.retained = new Retained({ onFirst: () => this.start(), onGone: () => this.stop() });
    this.value = new Cell<Me | undefined>(undefined, ports.report, () => this.retained.retain(null));
  }

  /** What an answer or another subscription said of the caller; others are left out. */
  receive(presence: Presence): void {
    const me = this.value.get();
    if (me?.userId === presence.userId && presence.asOf > me.presence.asOf) this.value.set({ ...me, presence });
  }

  receivePrivacy(privacy: Privacy): void {
    const me = this.value.get();
    if (me) this.value.set({ ...me, privacy });
  }

  clear(): void {
    this.retained.clear();
    this.stop();
  }

  private start(): void {
    const { operations, onError } = this.ports;
    this.unsubscribe = operations.subscribe<{ meChanged: Me }>(
      ME_CHANGED,
      {},
      ({ meChanged }) => {
        const known = this.value.get()?.presence;
        const isLater = known !== undefined && known.asOf > meChanged.presence.asOf;
        this.value.set(isLater ? { ...meChanged, presence: known } : meChanged);
      },
      onError,
    );
  }

  private stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    this.value.set(undefined);
  }
}
