import type { Presence } from '@rollcall/client';
import { useNames } from '../demo/DemoContext.js';
import { Avatar } from '../parts/Avatar.js';
import { Icon } from '../parts/Icon.js';
import { Popover } from '../parts/Popover.js';
import { useTimeAgo } from '../time/useTimeAgo.js';
import { activitySentence, DEVICE_LABELS, STATUS_LABELS } from '../words/labels.js';
import { DEVICE_ICONS } from './deviceIcons.js';
import { RelationActions } from './RelationActions.js';
import { StatusText } from './StatusText.js';

/** "Last seen 2 hours ago", kept true as time passes. */
const LastSeen = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={new Date(at).toLocaleString('en-GB')}>
    Last seen {useTimeAgo(at)}
  </time>
);

/** The message or the status of somebody who is here; when they were, of somebody who is not. */
const Line = ({ presence: { status, statusMessage, lastSeen } }: { readonly presence: Presence }) =>
  lastSeen === null ? (
    <StatusText label={STATUS_LABELS[status] ?? status} message={statusMessage} />
  ) : (
    <LastSeen at={lastSeen} />
  );

/** One contact: name, devices, status and message, activity or when they were last seen. */
export const Person = ({ presence }: { readonly presence: Presence }) => {
  const name = useNames()(presence);
  const [activity] = presence.activities;
  return (
    <li className="person" data-status={presence.status}>
      <Avatar userId={presence.userId} name={name} status={presence.status} />
      <div className="person-text">
        <p className="person-name">
          <span className="ellipsis">{name}</span>
          {presence.devices.map((device) => (
            <span key={device} className="person-device" title={DEVICE_LABELS[device] ?? device}>
              <Icon name={DEVICE_ICONS[device] ?? 'unknown'} />
              <span className="visually-hidden">on {DEVICE_LABELS[device] ?? device}</span>
            </span>
          ))}
        </p>
        <p className="person-line">
          <Line presence={presence} />
        </p>
        {activity && <p className="person-line person-activity ellipsis">{activitySentence(activity)}</p>}
      </div>
      <Popover
        label={name}
        className="icon-button"
        align="end"
        buttonLabel={`More about ${name}`}
        button={<Icon name="more" />}
      >
        {(close) => <RelationActions userId={presence.userId} name={name} onDone={close} />}
      </Popover>
    </li>
  );
};
