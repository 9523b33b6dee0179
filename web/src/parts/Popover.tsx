import { type ReactNode, type ToggleEvent, useCallback, useId, useRef, useState } from 'react';
import './Popover.css';

/** Which edge of the button the popover shares. */
type Align = 'start' | 'end';

const GAP_PX = 6;
const EDGE_PX = 8;

/** Below the button, above where there is no room, and within the window. A narrow window shows a sheet instead, by CSS. */
const place = (popover: HTMLElement, button: HTMLElement, align: Align): void => {
  const anchor = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const wanted = align === 'start' ? anchor.left : anchor.right - width;
  const left = Math.min(wanted, innerWidth - width - EDGE_PX);
  const below = anchor.bottom + GAP_PX;
  const top = below + height > innerHeight - EDGE_PX ? anchor.top - GAP_PX - height : below;
  popover.style.setProperty('--left', `${Math.max(EDGE_PX, left)}px`);
  popover.style.setProperty('--top', `${Math.max(EDGE_PX, top)}px`);
};

interface Props {
  /** What the popover is, for screen readers. */
  readonly label: string;
  readonly className?: string;
  /** What the button shows, and its name where that is no text. */
  readonly button: ReactNode;
  readonly buttonLabel?: string;
  readonly disabled?: boolean;
  readonly align?: Align;
  /** The content, made anew at each opening; `close` closes it and gives the focus back. */
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens something on top of the page. The browser closes it by Escape or a click beside it. */
export const Popover = ({
  label,
  className = 'button',
  button,
  buttonLabel,
  disabled,
  align = 'start',
  children,
}: Props) => {
  const id = useId();
  const buttonRef = useRef<HTMLButtonElement>(null);
  const popoverRef = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => popoverRef.current?.hidePopover(), []);
  const onToggle = ({ newState }: ToggleEvent) => setOpen(newState === 'open');

  /** Called when the content is there, whose size decides about the place. */
  const onContent = useCallback(
    (content: HTMLDivElement | null) => {
      const popover = popoverRef.current;
      if (!content || !popover || !buttonRef.current) return;
      place(popover, buttonRef.current, align);
      // What is chosen, wherever it stands among the choices.
      const chosen = content.querySelector<HTMLElement>('input:checked');
      (chosen ?? content.querySelector<HTMLElement>('input, select, button'))?.focus();
    },
    [align],
  );

  return (
    <>
      <button
        ref={buttonRef}
        type="button"
        className={className}
        popoverTarget={id}
        aria-label={buttonLabel}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        disabled={disabled}
      >
        {button}
      </button>
      <div
        ref={popoverRef}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        className="popover"
        onToggle={onToggle}
      >
        {isOpen && <div ref={onContent}>{children(close)}</div>}
      </div>
    </>
  );
};
