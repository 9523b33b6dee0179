/** Histories of presence in tests: what spans should be, told a second time, and what holds of any. */
import { expect } from 'vitest';
import type { HistoryChange, HistoryHead, OpenSpan, Span } from '../../../src/presence/ports/history.js';
import type { DeviceType, PresenceRecord } from '../../../src/presence/types.js';
import { DEVICES } from '../../../src/presence/types.js';
import { contentFor } from '../../../src/presence/view.js';
import { EVERYTHING } from '../../../src/presence/visibility.js';

export const newHead = (): HistoryHead => ({ asOf: 0, open: [], opened: 0, day: 0 });
export const isOpen = (span: Span): span is OpenSpan => span.to === null;

const inOrder = (spans: Iterable<Span>): readonly Span[] =>
  [...spans].sort((a, b) => a.from - b.from || (a.device < b.device ? -1 : 1));

/** The spans of one user, by the changes as they come. */
export const createSpans = () => {
  const spans = new Map<string, Span>();
  let head = newHead();
  return {
    get head() {
      return head;
    },
    get all() {
      return inOrder(spans.values());
    },
    apply(change: HistoryChange | undefined) {
      if (!change) return;
      for (const { device, from } of change.removed) expect(spans.delete(`${from} ${device}`)).toBe(true);
      for (const span of change.written) spans.set(`${span.from} ${span.device}`, span);
      head = change.head;
      expect(inOrder(head.open)).toEqual(inOrder([...spans.values()].filter(isOpen)));
    },
  };
};

/** What viewers were sent, commit by commit: the oracle. The first record is what everything began with. */
export const spansSeen = (records: readonly PresenceRecord[]): readonly Span[] => {
  const seen = records.map((record) => ({ ...contentFor(record, EVERYTHING), at: record.revision }));
  const spansOn = (device: DeviceType): readonly Span[] => {
    const spans: Span[] = [];
    let open: OpenSpan | null = null;
    const end = (to: number) => {
      if (open && to > open.from) spans.push({ ...open, to });
      open = null;
    };
    for (const { status, devices, lastSeen, at } of seen) {
      const isSeen = status !== 'OFFLINE' && devices.includes(device);
      if (open !== null && (!isSeen || (open as OpenSpan).status !== status)) {
        end(status === 'OFFLINE' ? Math.min(lastSeen ?? 0, at) : at);
      }
      if (isSeen && open === null) open = { device, status, from: at, to: null };
    }
    return open === null ? spans : [...spans, open];
  };
  return inOrder(DEVICES.flatMap(spansOn));
};

/** What holds of any history: spans of one device follow each other, and none is without length. */
export const expectSound = (spans: readonly Span[]): void => {
  for (const device of DEVICES) {
    let end = 0;
    for (const { from, to } of spans.filter((span) => span.device === device)) {
      expect(from).toBeGreaterThanOrEqual(end);
      if (to !== null) expect(to).toBeGreaterThan(from);
      end = to ?? Number.POSITIVE_INFINITY;
    }
  }
};
