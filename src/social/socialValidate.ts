/**
 * Checks of what is told, counted and marked (docs/design.md#social). Each returns the value to use, or throws BAD_USER_INPUT with a
 * sentence that names the field. Nothing is cut to fit.
 */
import { badInput } from '../presence/errors.js';
import { checkCount, checkId, checkIds, checkText, MAX_ITEMS } from '../presence/validate.js';
import type { Audience } from '../presence/visibility.js';
import type { Count, MuteTarget, NewAct, NewCounts } from './socialTypes.js';

/** Objects whose counts one query or subscription reads. */
export const MAX_OBJECTS = 200;
/** Items on one page of a social list. */
export const MAX_SOCIAL_PAGE = 100;
/** Recipients of one call of `tell`, over all of its acts. */
const MAX_RECIPIENTS = 10_000;
const MAX_TEXT = 500;
const MAX_DATA_BYTES = 2_048;
const MAX_COUNTS = 10;
const VERB = /^[a-z0-9_]{1,32}$/;
const DIGITS = /^\d{1,19}$/;
/** The greatest version: the database stores 64 bits with a sign. */
const MAX_VERSION = 2n ** 63n - 1n;

const utf8 = new TextEncoder();

const checkVerb = (verb: string, what: string): string => {
  if (!VERB.test(verb)) throw badInput(`${what} must be 1 to 32 of the characters a–z, 0–9 and _.`);
  return verb;
};

/** Line breaks and tabs are part of what people write; other control characters are not. */
const checkActText = (text: string, what: string): string => {
  checkText(text.replace(/\r\n|[\n\t]/g, ' '), what, {
    max: MAX_TEXT,
    refused: 'control or bidirectional-override',
  });
  return text;
};

/** As the host gave it: any text that the database can store. */
const checkData = (data: string, what: string): string => {
  const { length } = utf8.encode(data);
  if (length > MAX_DATA_BYTES) {
    throw badInput(
      `${what} is ${length.toLocaleString('en-US')} bytes long in UTF-8; at most ${MAX_DATA_BYTES.toLocaleString('en-US')} are allowed.`,
    );
  }
  if (/\p{Surrogate}|\0/u.test(data)) throw badInput(`${what} holds half a surrogate pair or U+0000. Remove it.`);
  return data;
};

/** The id, or null where there is none. */
const checkIdOrNone = (id: string | null | undefined, what: string): string | null =>
  id == null ? null : checkId(id, what);

/** An act as the host tells it, unchecked; null is the same as left out. */
export interface ActInput {
  readonly id: string;
  readonly verb: string;
  readonly actorId: string;
  readonly objectId?: string | null | undefined;
  readonly objectType?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly data?: string | null | undefined;
  /** Milliseconds since 1970. Left out: now. */
  readonly at?: number | null | undefined;
  readonly notify?: readonly string[] | null | undefined;
  readonly group?: string | null | undefined;
  readonly audience: Audience;
}

const checkAct = (act: ActInput, what: string): NewAct => {
  const { id, verb, actorId, objectId, objectType, text, data, at, notify, group, audience } = act;
  return {
    id: checkId(id, `${what}.id`),
    verb: checkVerb(verb, `${what}.verb`),
    actorId: checkId(actorId, `${what}.actorId`),
    objectId: checkIdOrNone(objectId, `${what}.objectId`),
    objectType: checkIdOrNone(objectType, `${what}.objectType`),
    text: text == null ? null : checkActText(text, `${what}.text`),
    data: data == null ? null : checkData(data, `${what}.data`),
    at: at ?? null,
    recipients: checkIds(notify ?? [], `${what}.notify`).filter((userId) => userId !== actorId),
    group: checkIdOrNone(group, `${what}.group`),
    audience,
  };
};

/**
 * At most 1,000 acts with 1,000 recipients each and 10,000 in all, with duplicates. Each act once, as it was first given: told twice is
 * told once.
 */
export const checkActs = (acts: readonly ActInput[]): readonly NewAct[] => {
  checkCount(acts.length, 'acts', MAX_ITEMS);
  const recipients = acts.reduce((sum, { notify }) => sum + (notify?.length ?? 0), 0);
  checkCount(recipients, 'notify, over all acts,', MAX_RECIPIENTS);
  const checked = new Map<string, NewAct>();
  for (const [index, act] of acts.entries()) {
    const each = checkAct(act, `acts[${index}]`);
    if (!checked.has(each.id)) checked.set(each.id, each);
  }
  return [...checked.values()];
};

/** Decimal digits, without leading zeros. */
const checkVersion = (version: string, what: string): string => {
  const value = DIGITS.test(version) ? BigInt(version) : undefined;
  if (value === undefined || value > MAX_VERSION) {
    throw badInput(`${what} must be decimal digits, at most ${MAX_VERSION}.`);
  }
  return String(value);
};

const checkCountsOfObject = (counts: readonly Count[], what: string): readonly Count[] => {
  checkCount(counts.length, what, MAX_COUNTS);
  const names = new Set<string>();
  for (const [index, { name }] of counts.entries()) {
    checkId(name, `${what}[${index}].name`);
    if (names.has(name)) throw badInput(`${what}[${index}].name is there twice. Give each count once.`);
    names.add(name);
  }
  return counts.map(({ name, value }) => ({ name, value }));
};

/** At most 1,000 objects with 10 counts each. */
export const checkPuts = (
  puts: readonly { readonly objectId: string; readonly counts: readonly Count[]; readonly version: string }[],
): readonly NewCounts[] => {
  checkCount(puts.length, 'counts', MAX_ITEMS);
  return puts.map(({ objectId, counts, version }, index) => ({
    objectId: checkId(objectId, `counts[${index}].objectId`),
    counts: checkCountsOfObject(counts, `counts[${index}].counts`),
    version: checkVersion(version, `counts[${index}].version`),
  }));
};

/** A revision of a tray, as `Inbox.revision` gives it. */
export const checkRevision = (revision: string, what: string): number => {
  const value = DIGITS.test(revision) ? Number(revision) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw badInput(`${what} is no revision. Pass the \`revision\` of an Inbox as it came.`);
  }
  return value;
};

/** One of the two ids. */
export const checkMute = ({
  userId,
  objectId,
}: {
  readonly userId: string | null;
  readonly objectId: string | null;
}): MuteTarget => {
  if (userId !== null && objectId !== null) throw badInput('userId and objectId are both given. Give one of them.');
  if (userId !== null) return { kind: 'user', id: checkId(userId, 'userId') };
  if (objectId !== null) return { kind: 'object', id: checkId(objectId, 'objectId') };
  throw badInput('Neither userId nor objectId is given. Give one of them.');
};
