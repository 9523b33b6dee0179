import type { PresenceStatus } from '@rollcall/client';
import { useMe } from '@rollcall/client/react';
import { useId, useState } from 'react';
import { Fault } from '../parts/Fault.js';
import { StatusGlyph } from '../parts/StatusGlyph.js';
import { useAction } from '../parts/useAction.js';
import { STATUS_HINTS, STATUS_LABELS } from '../words/labels.js';

const CHOICES: readonly PresenceStatus[] = ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'INVISIBLE'];

/** The status set by hand; takes effect at once. */
export const StatusChoice = ({ chosen }: { readonly chosen: PresenceStatus }) => {
  const { setPresence } = useMe();
  const { run, fault } = useAction();
  /** Shown as chosen until the server answers, which may take as long as its limit on changes lasts. */
  const [asked, setAsked] = useState<PresenceStatus | null>(null);
  const name = useId();

  const choose = async (status: PresenceStatus) => {
    setAsked(status);
    await run(() => setPresence({ status }));
    setAsked((latest) => (latest === status ? null : latest));
  };

  return (
    <fieldset className="status-choice">
      <legend className="legend">Status</legend>
      <div className="status-choices">
        {CHOICES.map((status) => (
          <label key={status} className="choice">
            <input type="radio" name={name} checked={status === (asked ?? chosen)} onChange={() => choose(status)} />
            <StatusGlyph status={status} />
            <span className="choice-text">
              <span>{STATUS_LABELS[status]}</span>
              <span className="muted small">{STATUS_HINTS[status]}</span>
            </span>
          </label>
        ))}
      </div>
      <Fault message={fault} />
    </fieldset>
  );
};
