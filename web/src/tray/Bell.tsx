import { useInbox } from '@rollcall/client/react-social';
import { useEffect } from 'react';
import { Icon } from '../parts/Icon.js';
import { Popover } from '../parts/Popover.js';
import { TrayList } from './TrayList.js';
import './Tray.css';

/** Beyond it a badge is unreadable. */
const MAX_SHOWN = 99;

/** While the tray is open, what comes is seen. */
const Seen = ({ revision }: { readonly revision: string | undefined }) => {
  const { markSeen } = useInbox();
  useEffect(() => {
    // What fails here leaves the badge lit, on every device.
    if (revision !== undefined) markSeen(revision).catch(() => {});
  }, [revision, markSeen]);
  return null;
};

/** The badge, and the tray that opens below it. */
export const Bell = ({ userId }: { readonly userId: string }) => {
  const { inbox } = useInbox();
  const unseen = inbox?.unseen ?? 0;
  const label = unseen === 0 ? 'Notifications' : `Notifications, ${unseen} new`;
  return (
    <Popover
      label="Notifications"
      className="icon-button bell"
      align="end"
      buttonLabel={label}
      button={
        <>
          <Icon name="bell" />
          {unseen > 0 && <span className="badge">{unseen > MAX_SHOWN ? `${MAX_SHOWN}+` : unseen}</span>}
        </>
      }
    >
      {() => (
        <>
          {unseen > 0 && <Seen revision={inbox?.revision} />}
          <TrayList userId={userId} />
        </>
      )}
    </Popover>
  );
};
