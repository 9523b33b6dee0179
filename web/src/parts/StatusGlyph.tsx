import type { PresenceStatus } from '@rollcall/client';

/** Each status has a shape of its own, for whom colours are not told apart. */
const SHAPES: Readonly<Record<PresenceStatus, React.ReactElement>> = {
  ONLINE: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  AWAY: <path d="M7.2 1.1a5 5 0 1 0 3.7 6.6A4.2 4.2 0 0 1 7.2 1.1Z" fill="currentColor" />,
  DO_NOT_DISTURB: (
    <path fillRule="evenodd" d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1ZM3.6 5.1v1.8h4.8V5.1Z" fill="currentColor" />
  ),
  INVISIBLE: (
    <circle cx="6" cy="6" r="4.1" fill="none" stroke="currentColor" strokeWidth="1.8" strokeDasharray="2.1 2.19" />
  ),
  OFFLINE: <circle cx="6" cy="6" r="4.1" fill="none" stroke="currentColor" strokeWidth="1.8" />,
};

/** A status as shape and colour. Words beside it say the same. */
export const StatusGlyph = ({ status }: { readonly status: PresenceStatus }) => (
  <svg className="status-glyph" data-status={status} viewBox="0 0 12 12" aria-hidden="true">
    {SHAPES[status] ?? SHAPES.OFFLINE}
  </svg>
);
