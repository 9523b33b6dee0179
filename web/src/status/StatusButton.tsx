import { useMe } from '@rollcall/client/react';
import { Icon } from '../parts/Icon.js';
import { Popover } from '../parts/Popover.js';
import { StatusGlyph } from '../parts/StatusGlyph.js';
import { StatusText } from '../people/StatusText.js';
import { STATUS_LABELS } from '../words/labels.js';
import { StatusEditor } from './StatusEditor.js';
import './StatusButton.css';

/** One's own status, as one sees it oneself; opens the editor. */
export const StatusButton = () => {
  const { me } = useMe();
  const status = me?.presence.status ?? 'OFFLINE';
  const label = me ? (STATUS_LABELS[status] ?? status) : 'Signing in…';

  return (
    <Popover
      label="Your status"
      className="status-button"
      disabled={!me}
      button={
        <>
          <StatusGlyph status={status} />
          <span className="visually-hidden">Your status: </span>
          <StatusText label={label} message={me?.presence.statusMessage ?? null} />
          <Icon name="chevron" />
        </>
      }
    >
      {(close) => me && <StatusEditor me={me} onDone={close} />}
    </Popover>
  );
};
