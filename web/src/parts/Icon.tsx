import type { ReactElement } from 'react';

/** Drawn on a grid of 16, in the colour of the text. */
const PATHS = {
  add: <path d="M8 3.25v9.5M3.25 8h9.5" />,
  check: <path d="m3.5 8.5 3 3 6-7" />,
  close: <path d="m4.25 4.25 7.5 7.5m0-7.5-7.5 7.5" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />,
  chevron: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  send: <path d="M2.5 8 13.5 2.75 10.25 13.25 7.5 9zM7.5 9l6-6.25" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.75" />
      <path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
    </>
  ),
  moon: <path d="M13.25 9.6A5.6 5.6 0 0 1 6.4 2.75a5.5 5.5 0 1 0 6.85 6.85Z" />,
  system: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1.5" />
      <path d="M5.75 13.5h4.5" />
    </>
  ),
  plugged: <path d="M5.5 2v3M10.5 2v3M4 5h8v2.5a4 4 0 0 1-8 0zM8 11.5V14" />,
  unplugged: <path d="M5.5 2v3M10.5 2v3M4 5h8v2.5a4 4 0 0 1-8 0zM8 11.5V14M1.75 1.75l12.5 12.5" />,
  web: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M2.25 8h11.5M8 2.25c3 3.2 3 8.3 0 11.5-3-3.2-3-8.3 0-11.5Z" />
    </>
  ),
  mobile: (
    <>
      <rect x="4.5" y="1.75" width="7" height="12.5" rx="1.5" />
      <path d="M7.25 12h1.5" />
    </>
  ),
  desktop: (
    <>
      <rect x="1.75" y="2.5" width="12.5" height="8.5" rx="1.25" />
      <path d="M8 11v2.75M5.25 13.75h5.5" />
    </>
  ),
  plugin: <path d="M3 13V9.5M3 6.5V3M8 13V8M8 5V3M13 13v-2.5M13 7.5V3M1.5 9.5h3M6.5 5h3M11.5 10.5h3" />,
  unknown: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M6.3 6.4a1.75 1.75 0 1 1 2.5 1.7c-.5.3-.8.6-.8 1.15M8 11.3h.01" />
    </>
  ),
  up: <path d="M8 13V3.5M4 7l4-4 4 4" />,
  down: <path d="M8 3v9.5M4 9l4 4 4-4" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  play: <path d="M5 3.25v9.5L12.5 8z" />,
  leave: <path d="M9.5 5V3.25H3v9.5h6.5V11M6.5 8h7m-2.25-2.5L13.75 8l-2.5 2.5" />,
  bell: <path d="M4 11V7.25a4 4 0 0 1 8 0V11l1.25 1.25H2.75zM6.75 14h2.5" />,
  muted: <path d="M4 11V7.25a4 4 0 0 1 6.6-3M12 8.5V11l1.25 1.25h-9M6.75 14h2.5M2.25 1.75l11.5 12.5" />,
  heart: <path d="M8 13.25 3 8.4a3.1 3.1 0 0 1 4.4-4.4L8 4.6l.6-.6A3.1 3.1 0 0 1 13 8.4z" />,
  comment: <path d="M2.5 3.25h11v7.5H8L4.75 13.5v-2.75H2.5z" />,
} satisfies Record<string, ReactElement>;

export type IconName = keyof typeof PATHS;

/** A picture beside words, which say the same: it is hidden from screen readers. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    {PATHS[name]}
  </svg>
);
