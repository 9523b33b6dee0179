import { usePresenceClient } from '@rollcall/client/react';
import { Icon } from '../parts/Icon.js';
import { useStore } from '../parts/store.js';
import type { Wire } from '../wire/wire.js';
import './connection.css';

/** Pulls the plug of the pane's connection, and puts it back. */
export const ConnectionPlug = ({ wire }: { readonly wire: Wire }) => {
  const client = usePresenceClient();
  const isCut = useStore(wire.isCut);
  const restore = () => {
    wire.restore();
    client.reconnect();
  };
  return (
    <button
      type="button"
      className="button small connection-plug"
      aria-pressed={isCut}
      onClick={isCut ? restore : wire.cut}
    >
      <Icon name={isCut ? 'plugged' : 'unplugged'} />
      {isCut ? 'Restore' : 'Cut'}
      <span className="visually-hidden"> the connection</span>
    </button>
  );
};
