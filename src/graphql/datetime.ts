/** Converts instants between RFC 3339, in the API, and milliseconds since 1970, in the domain. */
import { GraphQLError, Kind, type ValueNode } from 'graphql';

const RFC_3339 =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})T(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})(?:\.(?<fraction>\d+))?(?:Z|(?<sign>[+-])(?<offsetHour>\d{2}):(?<offsetMinute>\d{2}))$/i;

const EXAMPLE = '2026-01-31T12:00:00.000Z';
const MIN = Date.parse('0000-01-01T00:00:00.000Z');
const MAX = Date.parse('9999-12-31T23:59:59.999Z');
const MINUTE_MS = 60_000;

const refuse = (message: string, node?: ValueNode): GraphQLError =>
  new GraphQLError(`${message} Send an RFC 3339 date and time with its zone, such as "${EXAMPLE}".`, {
    ...(node && { nodes: node }),
    extensions: { code: 'BAD_USER_INPUT' },
  });

const daysIn = (year: number, month: number): number => {
  const lastDay = new Date(0);
  // Date.UTC would take the years 0 to 99 for 1900 to 1999. Day 0 of the next month is the last day of this one.
  lastDay.setUTCFullYear(year, month, 0);
  return lastDay.getUTCDate();
};

/**
 * The instant in milliseconds; digits beyond the millisecond are dropped. Throws a `GraphQLError` with BAD_USER_INPUT
 * for anything but a string that is an RFC 3339 date and time with its zone, on a day that the calendar has, in the
 * years 0000 to 9999 of UTC. Leap seconds are refused.
 */
export const parseDateTime = (value: unknown, node?: ValueNode): number => {
  if (typeof value !== 'string') throw refuse('A DateTime is a string.', node);
  const parts = RFC_3339.exec(value)?.groups;
  if (!parts) throw refuse('This is not a DateTime.', node);

  const part = (name: string): number => Number(parts[name] ?? 0);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const [hour, minute, second] = [part('hour'), part('minute'), part('second')];
  const [offsetHour, offsetMinute] = [part('offsetHour'), part('offsetMinute')];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) throw refuse('There is no such day.', node);
  if (hour > 23 || minute > 59 || second > 59) throw refuse('There is no such time of day.', node);
  if (offsetHour > 23 || offsetMinute > 59) throw refuse('There is no such zone.', node);

  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, Number((parts.fraction ?? '').slice(0, 3).padEnd(3, '0')));
  const offset = (offsetHour * 60 + offsetMinute) * (parts.sign === '-' ? -1 : 1);
  const instant = date.getTime() - offset * MINUTE_MS;
  if (instant < MIN || instant > MAX) throw refuse('In UTC this is outside of the years 0000 to 9999.', node);
  return instant;
};

/** {@link parseDateTime} of a literal in a document; the error carries its location. */
export const parseDateTimeLiteral = (node: ValueNode): number =>
  parseDateTime(node.kind === Kind.STRING ? node.value : null, node);

/** Formats an instant in UTC with milliseconds. Throws a TypeError for anything but an instant. */
export const formatDateTime = (value: unknown): string => {
  if (typeof value !== 'number' || !(value >= MIN && value <= MAX)) throw new TypeError(`not an instant: ${value}`);
  return new Date(value).toISOString();
};
