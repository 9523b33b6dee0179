import { useMe } from '@rollcall/client/react';
import { ConnectionPlug } from '../connection/ConnectionPlug.js';
import { ConnectionState } from '../connection/ConnectionState.js';
import type { Pane } from '../panes/panes.js';
import { Avatar } from '../parts/Avatar.js';
import { Icon } from '../parts/Icon.js';
import { DEVICE_ICONS } from '../people/deviceIcons.js';
import { StatusButton } from '../status/StatusButton.js';
import { Bell } from '../tray/Bell.js';
import { DEVICE_LABELS } from '../words/labels.js';

interface Props {
  readonly pane: Pane;
  readonly name: string;
  readonly onClose: () => void;
}

/** Who the pane is, on what device, with which status and connection. */
export const PaneHeader = ({ pane, name, onClose }: Props) => {
  const { me } = useMe();
  return (
    <header className="pane-header">
      <Avatar userId={pane.userId} name={name} status={me?.presence.status ?? 'OFFLINE'} />
      <div className="pane-who">
        <h2 className="pane-name ellipsis">{name}</h2>
        <p className="pane-device muted">
          <Icon name={DEVICE_ICONS[pane.device] ?? 'unknown'} />
          {DEVICE_LABELS[pane.device] ?? pane.device}
          <ConnectionState sessionId={pane.sessionId} />
        </p>
      </div>
      <Bell userId={pane.userId} />
      <ConnectionPlug wire={pane.wire} />
      <button type="button" className="icon-button" aria-label={`Close the pane of ${name}`} onClick={onClose}>
        <Icon name="close" />
      </button>
      <div className="pane-status">
        <StatusButton />
      </div>
    </header>
  );
};
