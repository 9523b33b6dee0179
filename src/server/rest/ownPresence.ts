/** What users say of themselves in the dialects, as one call of the service where that is enough. */
import type { ActivityInput, PresenceStatus } from '../../presence/types.js';
import type { PresenceView } from '../../presence/view.js';
import type { Caller, Presence, SetPresence } from '../../service/contract.js';

/** What a studio is called that has no name. */
const UNNAMED_STUDIO = 'DAW';

export const activityOf = (type: ActivityInput['type'], name: string): readonly ActivityInput[] => [
  { type, name, details: null, startedAt: null, expiresAt: null },
];

/** The status message of a text; null, which clears it, for none. Undefined leaves it. */
export const messageFrom = (text: string | null | undefined): SetPresence['statusMessage'] | undefined =>
  text === undefined ? undefined : text ? { text, emoji: null, expiresAt: null } : null;

/**
 * The activities that say where a user works: `isThere` undefined says nothing of it, and `name` undefined leaves it, '' clears it.
 * Undefined leaves the activities as they are.
 */
export const studioActivities = async (
  presence: Pick<Presence, 'me'>,
  caller: Caller,
  { isThere, name }: { readonly isThere: boolean | undefined; readonly name: string | undefined },
): Promise<readonly ActivityInput[] | undefined> => {
  if (isThere === false) return [];
  if (name) return activityOf('IN_STUDIO', name);
  if (isThere === undefined) return name === '' ? [] : undefined;
  if (name === undefined) {
    const { activities } = await presence.me(caller);
    if (activities.some(({ type }) => type === 'IN_STUDIO')) return undefined;
  }
  return activityOf('IN_STUDIO', UNNAMED_STUDIO);
};

/** What is undefined stays as it is. */
interface OwnPresence {
  readonly status?: PresenceStatus | undefined;
  readonly statusMessage?: SetPresence['statusMessage'] | undefined;
  /** May read. Called after the user is offline, where that is what they say. */
  readonly activities?: () => Promise<readonly ActivityInput[] | undefined>;
}

/**
 * Sets what is given. Who goes offline does so first and by itself, before anything is read, which no used-up allowance refuses: whatever
 * becomes of the rest, they are not seen any more.
 */
export const putPresence = async (
  presence: Pick<Presence, 'setPresence'>,
  caller: Caller,
  { status, statusMessage, activities }: OwnPresence,
): Promise<PresenceView> => {
  const hidden = status === 'OFFLINE' ? await presence.setPresence(caller, { status }) : null;
  const activitiesNow = await activities?.();
  const rest = {
    ...(statusMessage !== undefined && { statusMessage }),
    ...(activitiesNow !== undefined && { activities: activitiesNow }),
  };
  if (hidden && Object.keys(rest).length === 0) return hidden;
  return presence.setPresence(caller, { ...(status !== undefined && { status }), ...rest });
};
