import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Icon } from '../parts/Icon.js';
import { SCROLLABLE } from '../parts/scrollable.js';
import { useStore } from '../parts/store.js';
import type { Frame } from '../wire/frame.js';
import type { Wire } from '../wire/wire.js';
import './FramesPanel.css';

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const KEEP_ALIVE = new Set(['ping', 'pong']);

const FrameRow = ({ frame: { at, direction, type, summary, text } }: { readonly frame: Frame }) => (
  <li>
    <details className="frame">
      <summary>
        <time className="frame-time">{clock.format(at)}</time>
        <span className="frame-direction" data-direction={direction}>
          <Icon name={direction === 'sent' ? 'up' : 'down'} />
          <span className="visually-hidden">{direction}</span>
        </span>
        <span className="frame-type">{type}</span>
        <span className="ellipsis muted">{summary}</span>
      </summary>
      <pre {...SCROLLABLE}>{text}</pre>
    </details>
  </li>
);

/** What goes over the pane's connection, as it comes. Pausing stops the list, not the connection. */
export const FramesPanel = ({ wire }: { readonly wire: Wire }) => {
  const all = useStore(wire.frames);
  const [paused, setPaused] = useState<readonly Frame[] | null>(null);
  const [showsKeepAlive, setShowsKeepAlive] = useState(false);
  const frames = (paused ?? all).filter(({ type }) => showsKeepAlive || !KEEP_ALIVE.has(type));
  const last = frames.at(-1)?.id;
  const list = useRef<HTMLOListElement>(null);
  /** A reader who scrolled up stays there. */
  const atEnd = useRef(true);

  useEffect(() => {
    const element = list.current!;
    const onScroll = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, []);
  useLayoutEffect(() => {
    if (last !== undefined && atEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [last]);

  return (
    <section className="frames" aria-label="Frames">
      <div className="frames-bar">
        <button
          type="button"
          className="button small"
          aria-pressed={paused !== null}
          onClick={() => setPaused(paused === null ? all : null)}
        >
          <Icon name={paused === null ? 'pause' : 'play'} />
          {paused === null ? 'Pause' : 'Go on'}
        </button>
        <button type="button" className="button small" onClick={wire.clear}>
          Clear
        </button>
        <label className="check small">
          <input
            type="checkbox"
            checked={showsKeepAlive}
            onChange={({ target }) => setShowsKeepAlive(target.checked)}
          />
          Pings
        </label>
        <span className="muted small frames-count">{frames.length === 1 ? '1 frame' : `${frames.length} frames`}</span>
      </div>
      <ol ref={list} className="frames-list">
        {frames.map((frame) => (
          <FrameRow key={frame.id} frame={frame} />
        ))}
      </ol>
    </section>
  );
};
