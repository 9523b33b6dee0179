import { useTimeAgo } from './useTimeAgo.js';

/** "2 hours ago", kept true as time passes. */
export const TimeAgo = ({ at }: { readonly at: string }) => (
  <time className="time-ago muted small" dateTime={at} title={new Date(at).toLocaleString('en-GB')}>
    {useTimeAgo(at)}
  </time>
);
