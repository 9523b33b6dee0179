import type { DeviceType } from '@rollcall/client';
import { PresenceProvider, useConnection } from '@rollcall/client/react';
import { useDemo } from '../demo/DemoContext.js';
import { Feed } from '../feed/Feed.js';
import { FramesPanel } from '../frames/FramesPanel.js';
import { Lobby } from '../lobby/Lobby.js';
import type { Pane } from '../panes/panes.js';
import { Tabs } from '../parts/Tabs.js';
import { People } from '../people/People.js';
import { RelationsProvider } from '../people/Relations.js';
import { DevicesPanel } from '../settings/DevicesPanel.js';
import { PrivacyPanel } from '../settings/PrivacyPanel.js';
import { RelationsPanel } from '../settings/RelationsPanel.js';
import { TrayNews } from '../tray/TrayNews.js';
import { PaneHeader } from './PaneHeader.js';
import { PresenceNews } from './PresenceNews.js';
import './PaneView.css';

interface Props {
  readonly pane: Pane;
  readonly isCurrent: boolean;
  readonly onFocus: () => void;
  readonly onTab: (tab: string) => void;
  readonly onClose: () => void;
  readonly onSignIn: () => void;
  /** Opens another device of the same person; null where there is no room. */
  readonly onAddDevice: ((device: DeviceType) => void) | null;
}

/** What stands in the place of a pane's content after signing out. */
const SignedOut = ({ name, onSignIn }: { readonly name: string; readonly onSignIn: () => void }) => (
  <div className="pane-signed-out">
    <p>{name} signed out here. The session ended at once, without a grace.</p>
    <button type="button" className="button primary" onClick={onSignIn}>
      Sign in again
    </button>
  </div>
);

const PaneContent = ({ pane, name, isCurrent, onTab, onSignIn, onAddDevice }: Props & { readonly name: string }) => {
  const { phase } = useConnection();
  const { people, conversationId } = useDemo();
  if (phase === 'signedOut') return <SignedOut name={name} onSignIn={onSignIn} />;
  const { userId } = pane;
  const tabs = [
    {
      id: 'lobby',
      label: 'Lobby',
      content: <Lobby {...{ conversationId, userId, name, isCurrent }} />,
    },
    { id: 'feed', label: 'Feed', content: <Feed {...{ userId, name, isCurrent }} /> },
    {
      id: 'privacy',
      label: 'Privacy',
      content: (
        <div className="settings">
          <PrivacyPanel />
          <RelationsPanel people={people.filter(({ id }) => id !== userId)} />
        </div>
      ),
    },
    {
      id: 'devices',
      label: 'Devices',
      content: (
        <div className="settings">
          <DevicesPanel sessionId={pane.sessionId} name={name} onAdd={onAddDevice} />
        </div>
      ),
    },
    { id: 'frames', label: 'Frames', content: <FramesPanel wire={pane.wire} /> },
  ];
  return (
    <div className="pane-body">
      <People name={name} />
      <Tabs label={`What ${name} sees`} tabs={tabs} currentId={pane.tab} onChoose={onTab} />
    </div>
  );
};

/** One person on one device: an application of its own, with its own client. */
export const PaneView = (props: Props) => {
  const { pane, isCurrent, onFocus, onClose } = props;
  const name = useDemo().people.find(({ id }) => id === pane.userId)?.name ?? pane.userId;
  return (
    <PresenceProvider client={pane.client}>
      <RelationsProvider>
        <section className="pane" data-current={isCurrent} aria-label={name} onFocus={onFocus}>
          <PaneHeader pane={pane} name={name} onClose={onClose} />
          <PaneContent {...props} name={name} />
          {isCurrent && <PresenceNews />}
          {isCurrent && <TrayNews userId={pane.userId} />}
        </section>
      </RelationsProvider>
    </PresenceProvider>
  );
};
