/**
 * Spans of presence from commits, purely: what others see of a record before and after a commit becomes spans that end and begin
 * (docs/doors.md#history). All of it comes from what others may see, audience aside, and from the revisions at which that moved: who
 * hides and who leaves at one instant have the same spans.
 */
import type { HistoryChange, HistoryHead, HistoryOwner, OpenSpan, Span } from '../../presence/ports/history.js';
import type { DeviceType, PresenceRecord, PresenceStatus } from '../../presence/types.js';
import { contentFor, revisionFor } from '../../presence/view.js';
import { EVERYTHING } from '../../presence/visibility.js';

/** How many spans of one user may begin on one day of UTC: what is beyond is not written until the next. */
export const MAX_A_DAY = 1_000;
const DAY_MS = 86_400_000;

/** What others see of a user, and since when at the latest. */
export interface Seen {
  readonly status: PresenceStatus;
  readonly devices: readonly DeviceType[];
  /** The revisions at which the status and the devices last moved; other content may have moved with them. */
  readonly statusSince: number;
  readonly devicesSince: number;
  /** Null while the user is seen live, and before they ever were. */
  readonly lastSeen: number | null;
}

/** A moment of a user's presence: `before` was seen until `at`, a revision, and `after` from then on. */
export interface Step extends HistoryOwner {
  readonly at: number;
  /** Null: not known, or nothing that anybody saw. */
  readonly before: Seen | null;
  readonly after: Seen;
}

/** What others see of a record. */
export const seenIn = (record: PresenceRecord): Seen => {
  const { status, devices, lastSeen } = contentFor(record, EVERYTHING);
  return { status, devices, lastSeen, statusSince: record.revisions.status, devicesSince: record.revisions.activity };
};

const sameSeen = (a: Seen, b: Seen): boolean =>
  a.status === b.status &&
  a.devices.length === b.devices.length &&
  a.devices.every((device, i) => device === b.devices[i]);

/**
 * The step of a commit; undefined where others see the same status and devices as before. `isRestored`: the store had lost the record,
 * and nobody saw what it was decided from.
 */
export const stepOf = (before: PresenceRecord, after: PresenceRecord, isRestored: boolean): Step | undefined => {
  const { userId, generation } = after;
  const [was, is] = [seenIn(before), seenIn(after)];
  const isKnown = !isRestored && before.generation === generation;
  if (isKnown && sameSeen(was, is)) return undefined;
  return { userId, generation, at: revisionFor(after, EVERYTHING), before: isKnown ? was : null, after: is };
};

/** The step of a record that was read at `now`, on the store's clock. */
export const stepAt = (record: PresenceRecord, now: number): Step => ({
  userId: record.userId,
  generation: record.generation,
  at: Math.max(revisionFor(record, EVERYTHING), now),
  before: null,
  after: seenIn(record),
});

/** A history that is being written: the head, and what is to be written so far, by device and beginning. */
interface Draft extends HistoryHead {
  readonly removed: ReadonlyMap<string, OpenSpan>;
  readonly written: ReadonlyMap<string, Span>;
}

const keyOf = ({ device, from }: Span): string => `${from} ${device}`;
const isNoLonger = (key: string, spans: ReadonlyMap<string, Span>) =>
  new Map([...spans].filter(([other]) => other !== key));

/** Ends an open span; one of no length was never there. */
const close = (draft: Draft, span: OpenSpan, to: number): Draft => {
  const key = keyOf(span);
  const open = draft.open.filter((other) => other !== span);
  return to > span.from
    ? { ...draft, open, written: new Map(draft.written).set(key, { ...span, to }) }
    : {
        ...draft,
        open,
        removed: new Map(draft.removed).set(key, span),
        written: isNoLonger(key, draft.written),
      };
};

/** Begins a span, unless the user had too many on that day. */
const begin = (draft: Draft, span: OpenSpan): Draft => {
  const day = Math.floor(span.from / DAY_MS);
  const opened = day > draft.day ? 0 : draft.opened;
  if (opened >= MAX_A_DAY) return draft;
  return {
    ...draft,
    day: Math.max(day, draft.day),
    opened: opened + 1,
    open: [...draft.open, span],
    written: new Map(draft.written).set(keyOf(span), span),
  };
};

/** Nobody sees the user live: all spans end when they were last seen, or where that is not known when the history last knew. */
const left = (draft: Draft, { lastSeen }: Seen, until: number): Draft => {
  const to = Math.min(lastSeen ?? draft.asOf, until);
  return draft.open.reduce((next, span) => close(next, span, to), draft);
};

/** The user was seen so from the latest moves of status and devices, which came after the head, up to `until`. */
const seenLive = (draft: Draft, { status, devices, statusSince, devicesSince }: Seen, until: number): Draft => {
  const within = (moment: number) => Math.min(until, Math.max(draft.asOf, moment));
  const [statusAt, devicesAt] = [within(statusSince), within(devicesSince)];
  const before = draft.open;
  // Of a user without a span it is not known since when they were seen so: since both held at the latest.
  const sameStatus = before.some((span) => span.status === status);
  let next = draft;
  for (const span of before) {
    const moved = [
      ...(span.status === status ? [] : [statusAt]),
      ...(devices.includes(span.device) ? [] : [devicesAt]),
    ];
    if (moved.length > 0) next = close(next, span, Math.min(...moved));
  }
  for (const device of devices) {
    if (next.open.some((span) => span.device === device)) continue;
    const changed = before.some((span) => span.device === device);
    const from = changed ? statusAt : sameStatus ? devicesAt : Math.max(statusAt, devicesAt);
    next = begin(next, { device, status, from, to: null });
  }
  return next;
};

const observe = (draft: Draft, seen: Seen, until: number): Draft => {
  const next = seen.status === 'OFFLINE' ? left(draft, seen, until) : seenLive(draft, seen, until);
  const ends = [...next.written.values()].map(({ to }) => to ?? 0);
  // Nothing that is written next may reach back into what ended.
  return { ...next, asOf: Math.max(draft.asOf, ...ends) };
};

/**
 * What steps of one user change in their history; undefined for nothing. In the order of their revisions, whatever the order they came
 * in; steps up to the revision of the head are late or repeated, and left out: the state between two steps is known to the later one
 * as well (`before`).
 */
export const changesOf = (head: HistoryHead, steps: readonly Step[]): HistoryChange | undefined => {
  let draft: Draft = { ...head, removed: new Map(), written: new Map() };
  for (const { at, before, after } of steps.toSorted((a, b) => a.at - b.at)) {
    if (at <= draft.asOf) continue;
    if (before !== null) draft = observe(draft, before, at);
    draft = { ...observe(draft, after, at), asOf: at };
  }
  if (draft.asOf === head.asOf) return undefined;
  const { asOf, open, opened, day, removed, written } = draft;
  return {
    head: { asOf, open, opened, day },
    // Of those that began in here nothing is stored.
    removed: [...removed.values()].filter((span) => head.open.includes(span)),
    written: [...written.values()],
  };
};

/** Whether a record shows something else than the open spans say. */
export const differs = (open: readonly OpenSpan[], { status, devices }: Seen): boolean =>
  open.some((span) => span.status !== status || !devices.includes(span.device)) ||
  (status !== 'OFFLINE' && devices.some((device) => !open.some((span) => span.device === device)));
