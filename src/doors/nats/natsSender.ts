/**
 * Tells over NATS: at once where that is possible; else the latest of each user and subject waits, and is read anew when its turn
 * comes. Nobody waits for it. What the server has not confirmed when the connection breaks waits too, so that it is told at least once.
 */
import { createKeptLatest } from './keptLatest.js';
import type { NatsLink } from './natsConnection.js';
import type { OutMessage } from './natsEncode.js';
import { OUT_SUBJECTS, type OutKind } from './natsSubjects.js';
import { joined, keyOf, type Pending, type PendingOf, type ReadAnew } from './pendingMessages.js';

/** How many users of each subject may wait: by ids and a state without sessions at the most, of some hundred bytes. */
const MAX_KEPT = 100_000;
/** How many are read anew at once. */
const BATCH = 200;
/** What may be on its way, unconfirmed: more waits. */
const MAX_UNCONFIRMED = 5_000;
const MAX_UNCONFIRMED_BYTES = 4_194_304;
const RETRY_MS = 1_000;

export interface Sender {
  /** Tells it; null: it is read first, as it is then. Never throws. */
  tell(pending: Pending, message: OutMessage | null): void;
  /** The connection is there: what waits is told. */
  up(): void;
  /** The connection is lost: what was not confirmed waits again. */
  down(): void;
  /** Resolves when nothing waits that can be told, and all is confirmed. Never rejects. */
  settled(): Promise<void>;
  /** How many messages wait. */
  readonly kept: number;
}

const KINDS = Object.keys(OUT_SUBJECTS) as readonly OutKind[];

export const createSender = ({
  link,
  prefix,
  readAnew,
  maxKept = MAX_KEPT,
  onPublished,
  onDropped,
  onError,
}: {
  readonly link: NatsLink;
  readonly prefix: string;
  readonly readAnew: ReadAnew;
  readonly maxKept?: number;
  readonly onPublished: (kind: OutKind) => void;
  /** There was no room for it. */
  readonly onDropped: (kind: OutKind) => void;
  readonly onError: (error: unknown) => void;
}): Sender => {
  const keptOf = new Map(KINDS.map((kind) => [kind, createKeptLatest<Pending>({ limit: maxKept, join: joined })]));
  const keptCount = (): number => KINDS.reduce((sum, kind) => sum + keptOf.get(kind)!.size, 0);

  /** Published, and not confirmed: the flush under way tells of the first ones. */
  let confirming: Pending[] = [];
  let unconfirmed: Pending[] = [];
  let bytes = 0;
  let isConfirming = false;
  let isDraining = false;
  /** Which connection it is. */
  let turn = 0;
  let whenSettled: (() => void)[] = [];

  const keep = (pending: Pending): void => {
    if (!keptOf.get(pending.kind)!.keep(keyOf(pending), pending)) onDropped(pending.kind);
  };
  const hasRoom = (): boolean =>
    confirming.length + unconfirmed.length < MAX_UNCONFIRMED && bytes < MAX_UNCONFIRMED_BYTES;

  const settle = (): void => {
    const isSettled = !link.isUp || (keptCount() === 0 && confirming.length + unconfirmed.length === 0);
    if (!isSettled) return;
    const resolves = whenSettled;
    whenSettled = [];
    for (const resolve of resolves) resolve();
  };

  const confirm = async (): Promise<void> => {
    if (isConfirming) return;
    isConfirming = true;
    const mine = turn;
    try {
      while (unconfirmed.length > 0) {
        confirming = unconfirmed;
        unconfirmed = [];
        await link.flush();
        if (mine !== turn) return;
        confirming = [];
        if (unconfirmed.length === 0) bytes = 0;
      }
      isConfirming = false;
      settle();
      void drain();
    } catch {
      // The connection is lost, of which `down` tells.
    }
  };

  const send = (pending: Pending, { kind, id, payload }: OutMessage): void => {
    try {
      link.publish(`${prefix}${OUT_SUBJECTS[kind]}`, payload, id);
    } catch (error) {
      onError(error);
      onDropped(kind);
      return;
    }
    onPublished(kind);
    unconfirmed.push(pending);
    bytes += payload.length;
    void confirm();
  };

  const drainKind = async <K extends OutKind>(kind: K): Promise<void> => {
    const kept = keptOf.get(kind)!;
    const waiting = kept.first(BATCH) as readonly (readonly [string, PendingOf<K>])[];
    if (waiting.length === 0) return;
    const mine = turn;
    const found = await readAnew[kind](waiting.map(([, pending]) => pending));
    if (mine !== turn) return;
    for (const [key, pending] of waiting) {
      const message = found.get(pending);
      // What changed while it was read is read once more.
      if (kept.remove(key, pending) && message) send(pending, message);
    }
  };

  const drain = async (): Promise<void> => {
    if (isDraining) return;
    isDraining = true;
    let failed = false;
    while (!failed && link.isUp && hasRoom() && keptCount() > 0) {
      for (const kind of KINDS) {
        await drainKind(kind).catch((error: unknown) => {
          // What cannot be read of one subject holds up no other.
          failed = true;
          onError(error);
        });
      }
    }
    isDraining = false;
    if (failed) setTimeout(() => void drain(), RETRY_MS).unref();
    settle();
  };

  return {
    tell(pending, message) {
      const waits = keptOf.get(pending.kind)!.has(keyOf(pending));
      if (message && link.isUp && !waits && hasRoom()) send(pending, message);
      else {
        keep(pending);
        void drain();
      }
    },
    up: () => void drain(),
    down() {
      turn += 1;
      const lost = [...confirming, ...unconfirmed];
      confirming = [];
      unconfirmed = [];
      bytes = 0;
      isConfirming = false;
      for (const pending of lost) keep(pending);
      settle();
    },
    settled: () =>
      new Promise((resolve) => {
        whenSettled.push(resolve);
        settle();
      }),
    get kept() {
      return keptCount();
    },
  };
};
