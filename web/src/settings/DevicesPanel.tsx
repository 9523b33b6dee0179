import type { DeviceType, Session } from '@rollcall/client';
import { useMe, usePresenceClient } from '@rollcall/client/react';
import { Fault } from '../parts/Fault.js';
import { Icon } from '../parts/Icon.js';
import { useAction } from '../parts/useAction.js';
import { DEVICE_ICONS } from '../people/deviceIcons.js';
import { useTimeAgo } from '../time/useTimeAgo.js';
import { DEVICE_LABELS } from '../words/labels.js';
import './settings.css';

const END_SESSION = 'mutation EndSession($sessionId: ID!) { endSession(sessionId: $sessionId) }';

const SessionRow = ({ session, isOwn }: { readonly session: Session; readonly isOwn: boolean }) => {
  const client = usePresenceClient();
  const { run, isPending, fault } = useAction();
  const label = DEVICE_LABELS[session.device] ?? session.device;
  const since = useTimeAgo(session.startedAt);

  return (
    <li className="relation">
      <Icon name={DEVICE_ICONS[session.device] ?? 'unknown'} />
      <span className="ellipsis relation-who">
        {label}
        {isOwn && ' · this pane'}
        <span className="muted small">
          {session.idle ? 'Idle' : 'Active'} · since {since}
        </span>
      </span>
      {!isOwn && (
        <button
          type="button"
          className="button small"
          disabled={isPending}
          onClick={() => run(() => client.request(END_SESSION, { sessionId: session.id }))}
        >
          End
        </button>
      )}
      <Fault message={fault} />
    </li>
  );
};

interface Props {
  readonly sessionId: string;
  readonly name: string;
  /** Opens another pane of the same person; null where there is no room. */
  readonly onAdd: ((device: DeviceType) => void) | null;
}

/** All sessions of the pane's user: each device or tab on which they are live. */
export const DevicesPanel = ({ sessionId, name, onAdd }: Props) => {
  const { me, signOut } = useMe();
  const { run, isPending, fault } = useAction();
  const sessions = me?.sessions ?? [];

  return (
    <section className="settings-section">
      <h3 className="settings-title">Where {name} is live</h3>
      <ul className="rows">
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} isOwn={session.id === sessionId} />
        ))}
      </ul>
      {sessions.length === 0 && <p className="muted">No session. It starts with the connection.</p>}
      <div className="settings-actions">
        <button type="button" className="button" disabled={onAdd === null} onClick={() => onAdd?.('MOBILE')}>
          <Icon name="mobile" />
          Add a phone
        </button>
        <button type="button" className="button" disabled={onAdd === null} onClick={() => onAdd?.('DESKTOP')}>
          <Icon name="desktop" />
          Add a desktop
        </button>
        <button type="button" className="button" disabled={isPending} onClick={() => run(signOut)}>
          <Icon name="leave" />
          Sign out here
        </button>
      </div>
      <p className="muted small">
        Signing out ends this session at once. Closing the pane, or a lost connection, leaves it five seconds of grace.
      </p>
      <Fault message={fault} />
    </section>
  );
};
