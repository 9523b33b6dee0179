/** The latest of what was received of each user: of two presences the one with the later `asOf` holds. */
import { Listeners, type ReportFault } from './observable.js';
import type { Presence } from './types.js';

interface Known {
  presence: Presence | undefined;
  /** Of the last one that held, also where the user cannot be seen any more. */
  asOf: string;
}

/** Whether it is what is sent last of a user who cannot be seen any more. One who never came looks the same. */
export const isBlank = ({ status, statusMessage, lastSeen, user }: Presence): boolean =>
  status === 'OFFLINE' && statusMessage === null && lastSeen === null && user.name === null && user.avatarUrl === null;

export class Presences {
  readonly listeners: Listeners<string, Presence | undefined>;
  private readonly known = new Map<string, Known>();

  /** `onChange` is called after the listeners of that user. */
  constructor(
    report: ReportFault,
    private readonly onChange: (userId: string) => void,
  ) {
    this.listeners = new Listeners(report);
  }

  get(userId: string): Presence | undefined {
    return this.known.get(userId)?.presence;
  }

  receive(presence: Presence): void {
    const { userId, asOf } = presence;
    const known = this.known.get(userId);
    // All are written in one form, so that text compares as instants do. Equal instants say the same.
    if (known && (asOf < known.asOf || (asOf === known.asOf && known.presence))) return;
    this.put(userId, presence, asOf);
  }

  /** The user cannot be seen. What was true before then is not shown again. */
  hide(userId: string): void {
    const known = this.known.get(userId);
    if (known?.presence) this.put(userId, undefined, known.asOf);
  }

  /** Nobody asks for the user any more. */
  forget(userId: string): void {
    this.known.delete(userId);
  }

  clear(): void {
    const shown = [...this.known].filter(([, { presence }]) => presence);
    this.known.clear();
    for (const [userId] of shown) this.tell(userId);
  }

  private put(userId: string, presence: Presence | undefined, asOf: string): void {
    this.known.set(userId, { presence, asOf });
    this.tell(userId);
  }

  private tell(userId: string): void {
    this.listeners.notify(userId, () => this.get(userId));
    this.onChange(userId);
  }
}
