/**
 * Checks of input (docs/semantics.md#limits). Each returns the value to use, or throws BAD_USER_INPUT with a sentence that names
 * the field. Nothing is cut to fit. Lengths are in code points, instants in milliseconds since 1970.
 */
import { badInput } from './errors.js';
import type { ActivityInput, StatusMessage } from './types.js';

/** Ids in one query or subscription, and items in one bulk call. */
export const MAX_ITEMS = 1_000;
/** Members of one circle or conversation. */
export const MAX_MEMBERS = 5_000;
export const MAX_ID = 128;
export const MAX_STATUS_TEXT = 255;
const MAX_EMOJI_BYTES = 64;
const MAX_ACTIVITIES = 5;
export const MAX_ACTIVITY_TEXT = 128;
const MAX_USER_NAME = 128;
const MAX_AVATAR_URL = 2_048;
const MAX_MESSAGE_AHEAD_DAYS = 30;
/** How far ahead of ours the clock of a device may be. */
const CLOCK_SKEW_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, and bidirectional embeddings, overrides and isolates, which make
 * a text look like another. The plain marks U+200E, U+200F and U+061C are allowed: Hebrew and Arabic need them, and they affect
 * their neighbours alone.
 */
const REFUSED = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

const utf8 = new TextEncoder();
const inWords = (count: number): string => count.toLocaleString('en-US');

const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** Refuses {@link REFUSED} characters and lone surrogates. */
const checkCharacters = (text: string, what: string, refused: string): void => {
  if (LONE_SURROGATE.test(text)) throw badInput(`${what} is not well-formed Unicode: it holds half a surrogate pair.`);
  if (REFUSED.test(text)) throw badInput(`${what} holds a ${refused} character. Remove it.`);
};

const ON_ONE_LINE = 'control, line-break or bidirectional-override';

/** A text of `min` to `max` code points; `hint` is added to the error for an empty one, `refused` says in it what is. */
export const checkText = (
  text: string,
  what: string,
  {
    min = 0,
    max,
    hint = '',
    refused = ON_ONE_LINE,
  }: { readonly min?: number; readonly max: number; readonly hint?: string; readonly refused?: string },
): string => {
  const length = codePoints(text);
  if (length < min) throw badInput(`${what} is empty.${hint}`);
  if (length > max)
    throw badInput(`${what} is ${inWords(length)} characters long; at most ${inWords(max)} are allowed.`);
  checkCharacters(text, what, refused);
  return text;
};

/** An id of a user, session, circle, conversation or source: 1 to 128 characters, not trimmed. */
export const checkId = (id: string, what: string): string =>
  checkText(id, what, { min: 1, max: MAX_ID, hint: ` An id has 1 to ${MAX_ID} characters.` });

/** At most `max` items; duplicates count. */
export const checkCount = (count: number, what: string, max: number): void => {
  if (count > max) throw badInput(`${what} has ${inWords(count)} items; at most ${inWords(max)} are allowed.`);
};

/** Well-formed ids, each once, at its first place. Duplicates count against `max`. */
export const checkIds = (ids: readonly string[], what: string, max = MAX_ITEMS): readonly string[] => {
  checkCount(ids.length, what, max);
  for (const [index, id] of ids.entries()) checkId(id, `${what}[${index}]`);
  return [...new Set(ids)];
};

/** The size of a page: 1 to `max`. */
export const checkFirst = (first: number, max: number): number => {
  if (!Number.isInteger(first) || first < 1 || first > max) {
    throw badInput(`first is ${first}; it must be from 1 to ${inWords(max)}.`);
  }
  return first;
};

const checkEmoji = (emoji: string, what: string): string => {
  if (emoji === '') throw badInput(`${what} is empty. Leave it out, or send null, for a message without one.`);
  const bytes = utf8.encode(emoji).length;
  if (bytes > MAX_EMOJI_BYTES) {
    throw badInput(`${what} is ${inWords(bytes)} bytes long in UTF-8; at most ${MAX_EMOJI_BYTES} are allowed.`);
  }
  checkCharacters(emoji, what, ON_ONE_LINE);
  return emoji;
};

/** A status message: text of 0 to 255 characters, emoji of 1 to 64 bytes, `expiresAt` within the next 30 days. */
export const checkStatusMessage = (message: StatusMessage, now: number): StatusMessage => {
  const { text, emoji, expiresAt } = message;
  checkText(text, 'statusMessage.text', { max: MAX_STATUS_TEXT });
  if (emoji !== null) checkEmoji(emoji, 'statusMessage.emoji');
  if (expiresAt !== null) {
    if (expiresAt <= now) throw badInput('statusMessage.expiresAt is not in the future.');
    if (expiresAt > now + MAX_MESSAGE_AHEAD_DAYS * DAY_MS) {
      throw badInput(`statusMessage.expiresAt is more than ${MAX_MESSAGE_AHEAD_DAYS} days ahead.`);
    }
  }
  return { text, emoji, expiresAt };
};

const checkActivity = (activity: ActivityInput, now: number, what: string): ActivityInput => {
  const { type, name, details, startedAt, expiresAt } = activity;
  checkText(name, `${what}.name`, { min: 1, max: MAX_ACTIVITY_TEXT });
  if (details !== null) checkText(details, `${what}.details`, { max: MAX_ACTIVITY_TEXT });
  if (startedAt !== null && startedAt > now + CLOCK_SKEW_MS) {
    throw badInput(`${what}.startedAt is in the future. Leave it out for an activity that starts now.`);
  }
  if (expiresAt !== null) {
    if (expiresAt <= now) throw badInput(`${what}.expiresAt is not in the future.`);
    if (startedAt !== null && expiresAt <= startedAt) throw badInput(`${what}.expiresAt is not after startedAt.`);
  }
  return { type, name, details, startedAt: startedAt === null ? null : Math.min(startedAt, now), expiresAt };
};

/**
 * At most five activities. `startedAt` up to a minute ahead is a fast clock and becomes `now`; further ahead it is refused.
 * `expiresAt` must be in the future, and after `startedAt`.
 */
export const checkActivities = (
  activities: readonly ActivityInput[],
  now: number,
  what = 'activities',
): readonly ActivityInput[] => {
  checkCount(activities.length, what, MAX_ACTIVITIES);
  return activities.map((activity, index) => checkActivity(activity, now, `${what}[${index}]`));
};

/** A user's name, of at most 128 characters. */
export const checkUserName = (name: string, what: string): string => checkText(name, what, { max: MAX_USER_NAME });

/** The URL of a picture: absolute, `http` or `https`, at most 2,048 characters. */
export const checkAvatarUrl = (url: string, what: string): string => {
  checkText(url, what, { min: 1, max: MAX_AVATAR_URL, hint: ' Send null to clear it.' });
  // Clients put it into pages as it is: no other scheme, and nothing that only a lenient parser accepts.
  if (!/^https?:\/\/\S+$/i.test(url) || !URL.canParse(url)) {
    throw badInput(`${what} is not an absolute http or https URL.`);
  }
  return url;
};
