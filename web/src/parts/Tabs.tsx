import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';
import './Tabs.css';

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Tabs by the book: arrows, Home and End move between them, Tab goes on into the panel. Panels not shown are not there. */
export const Tabs = ({
  label,
  tabs,
  currentId,
  onChoose,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** The first, unless there is such a one. */
  readonly currentId: string | undefined;
  readonly onChoose: (id: string) => void;
}) => {
  const prefix = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    tabs.findIndex(({ id }) => id === currentId),
  );
  const current = tabs[at]!;

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = step(at, tabs.length);
    onChoose(tabs[next]!.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };

  return (
    <div className="tabs">
      <div ref={list} className="tab-list" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(({ id, label }) => (
          <button
            key={id}
            id={`${prefix}-${id}`}
            type="button"
            role="tab"
            className="tab"
            aria-selected={id === current.id}
            aria-controls={`${prefix}-panel`}
            tabIndex={id === current.id ? 0 : -1}
            onClick={() => onChoose(id)}
          >
            {label}
          </button>
        ))}
      </div>
      <div
        key={current.id}
        id={`${prefix}-panel`}
        className="tab-panel"
        role="tabpanel"
        aria-labelledby={`${prefix}-${current.id}`}
      >
        {current.content}
      </div>
    </div>
  );
};
