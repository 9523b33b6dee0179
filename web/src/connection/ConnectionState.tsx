import type { ConnectionState as State } from '@rollcall/client';
import { useConnection, useMe } from '@rollcall/client/react';
import { useCountdown } from '../time/useTimeAgo.js';
import './connection.css';

const LABELS: Readonly<Record<State['phase'], string>> = {
  idle: 'Not connected',
  connecting: 'Connecting…',
  online: 'Connected',
  waiting: 'Reconnecting…',
  paused: 'Paused',
  unauthorized: 'Not signed in',
  signedOut: 'Signed out',
  closed: 'Closed',
};

const Countdown = ({ to }: { readonly to: number }) => {
  const seconds = useCountdown(to);
  return seconds === 0 ? LABELS.connecting : `Reconnecting in ${seconds} s…`;
};

/** How the pane's connection is. One whose session was ended from elsewhere stays open, and only watches. */
export const ConnectionState = ({ sessionId }: { readonly sessionId: string }) => {
  const { me } = useMe();
  const { phase, retryAt, error } = useConnection();
  const isEnded = phase === 'online' && me !== undefined && !me.sessions.some(({ id }) => id === sessionId);
  if (isEnded)
    return (
      <span className="connection-state" data-phase="paused">
        Session ended
      </span>
    );
  return (
    <span className="connection-state" data-phase={phase} title={error?.message}>
      {phase === 'waiting' && retryAt !== undefined ? <Countdown to={retryAt} /> : LABELS[phase]}
    </span>
  );
};
