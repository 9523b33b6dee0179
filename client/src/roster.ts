/** Everybody on the caller's roster, as it grows and shrinks, while somebody listens. */
import { PRESENCE_CHANGED, ROSTER_IDS } from './documents.js';
import type { PresenceError } from './errors.js';
import { Cell, type ReportFault } from './observable.js';
import type { Operations } from './operations.js';
import { Recheck } from './recheck.js';
import { Retained } from './retained.js';
import type { Presence } from './types.js';

/** Changes within it are shown together: the start of a subscription brings thousands. */
const JOIN_MS = 10;
/** Of a user who leaves the roster and can still be seen nothing is sent, so it is read again from time to time. */
const REREAD_MS = 5 * 60_000;
/** Of 500 users each; a roster has at most 5,000. */
const MAX_PAGES = 12;

interface Page {
  readonly roster: {
    readonly edges: readonly { readonly node: { readonly userId: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export interface RosterPorts {
  readonly operations: Operations;
  readonly receive: (presence: Presence) => void;
  readonly presenceOf: (userId: string) => Presence | undefined;
  /** The user is not on it any more. */
  readonly onLeft: (userId: string) => void;
  /** May be told of what passes, too. */
  readonly onError: (error: PresenceError) => void;
  readonly report: ReportFault;
}

const isLive = ({ status }: Presence): boolean => status !== 'OFFLINE';

/** Live ones first, then by id. */
const inOrder = (a: Presence, b: Presence): number => {
  if (isLive(a) !== isLive(b)) return isLive(a) ? -1 : 1;
  return a.userId < b.userId ? -1 : 1;
};

export class Roster {
  readonly value: Cell<readonly Presence[]>;
  private readonly retained: Retained<null>;
  private readonly members = new Set<string>();
  private readonly recheck: Recheck;
  private joining: ReturnType<typeof setTimeout> | undefined;
  private rereading: ReturnType<typeof setInterval> | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly ports: RosterPorts) {
    this.retained = new Retained({ onFirst: () => this.start(), onGone: () => this.stop() });
    this.value = new Cell<readonly Presence[]>([], ports.report, () => this.retained.retain(null));
    this.recheck = new Recheck({
      ask: () => this.read(),
      onAbsent: (userId) => this.remove(userId),
    });
  }

  has(userId: string): boolean {
    return this.members.has(userId);
  }

  up(): void {
    for (const userId of this.members) this.recheck.suspect(userId);
  }

  down(): void {
    this.recheck.stop();
  }

  /** The user may have left it. */
  suspect(userId: string): void {
    if (this.members.has(userId)) this.recheck.suspect(userId);
  }

  /** What is known of a user has changed. */
  changed(userId: string): void {
    if (!this.members.has(userId)) return;
    if (!this.ports.presenceOf(userId)) {
      this.remove(userId);
      return;
    }
    this.show();
  }

  clear(): void {
    this.retained.clear();
    this.stop();
  }

  private start(): void {
    const { operations, receive, onError } = this.ports;
    this.unsubscribe = operations.subscribe<{ presenceChanged: Presence }>(
      PRESENCE_CHANGED,
      {},
      ({ presenceChanged }) => {
        this.members.add(presenceChanged.userId);
        this.recheck.clear(presenceChanged.userId);
        receive(presenceChanged);
        this.show();
      },
      onError,
    );
    this.rereading = setInterval(() => {
      if (operations.isUp) this.up();
    }, REREAD_MS);
  }

  private stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearInterval(this.rereading);
    clearTimeout(this.joining);
    this.joining = undefined;
    this.recheck.stop();
    const members = [...this.members];
    this.members.clear();
    for (const userId of members) this.ports.onLeft(userId);
    this.value.set([]);
  }

  private remove(userId: string): void {
    this.recheck.clear(userId);
    if (!this.members.delete(userId)) return;
    this.ports.onLeft(userId);
    this.show();
  }

  private show(): void {
    this.joining ??= setTimeout(() => {
      this.joining = undefined;
      const shown = [...this.members]
        .map((userId) => this.ports.presenceOf(userId))
        .filter((known) => known !== undefined);
      this.value.set(shown.sort(inOrder));
    }, JOIN_MS);
  }

  /** The ids of the roster as it is. */
  private async read(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    let after: string | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { roster }: Page = await this.ports.operations.send<Page>(ROSTER_IDS, { after });
      for (const { node } of roster.edges) ids.add(node.userId);
      if (!roster.pageInfo.hasNextPage) break;
      after = roster.pageInfo.endCursor;
    }
    return ids;
  }
}
