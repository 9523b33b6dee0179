/**
 * How single settings are written: pure functions from text to value. Each returns undefined for what it cannot read;
 * `readConfig.ts` has the sentence that says what it may be.
 */
import { MAX_TIMER_MS } from '../async/alarm.js';

/** `n` at once, then one every `intervalMs` milliseconds. */
export interface Rate {
  readonly burst: number;
  readonly intervalMs: number;
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s)?$/;

/** `5s`, `500ms`, or plain seconds (`5`, `0.5`), in whole milliseconds; at most 24 days. */
export const readDuration = (text: string): number | undefined => {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  const amount = Number(match[1]);
  const ms = match[2] === 'ms' ? amount : amount * 1_000;
  // Less than a millisecond is not "off": it would silently become it.
  if (ms > MAX_TIMER_MS || (ms > 0 && ms < 1)) return undefined;
  return Math.round(ms);
};

export const RETENTION_HINT = 'an age such as `90d`, `12h` or plain seconds, more than zero and at most ten years';

const RETENTION = /^(\d+(?:\.\d+)?)(d|h|s)?$/;
const UNITS_MS = { d: 86_400_000, h: 3_600_000, s: 1_000 } as const;
const MAX_RETENTION_DAYS = 3_650;

/** `90d`, `12h` or plain seconds, in whole milliseconds; at most ten years. Nothing waits for so long: it is an age. */
export const readRetention = (text: string): number | undefined => {
  const match = RETENTION.exec(text);
  if (!match) return undefined;
  const ms = Math.round(Number(match[1]) * UNITS_MS[(match[2] ?? 's') as keyof typeof UNITS_MS]);
  return ms > MAX_RETENTION_DAYS * UNITS_MS.d ? undefined : ms;
};

/** `5,5s`: five at once, then one every five seconds. Null is `off`. */
export const readRate = (text: string): Rate | null | undefined => {
  if (text === 'off') return null;
  const [count, interval, ...rest] = text.split(',').map((part) => part.trim());
  if (count === undefined || interval === undefined || rest.length > 0) return undefined;
  const burst = readWhole(count, { min: 1, max: 1_000_000 });
  const intervalMs = readDuration(interval);
  // An allowance is whole again after burst × interval at the latest, which a timer tells.
  if (burst === undefined || !intervalMs || burst * intervalMs > MAX_TIMER_MS) return undefined;
  return { burst, intervalMs };
};

export const readWhole = (
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined => {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
};

/** One of the given words, as written. */
export const readWord = <T extends string>(text: string, words: readonly T[]): T | undefined =>
  words.find((word) => word === text);

/** Whether every `%` begins an escaped byte of UTF-8, as drivers require of users and passwords. */
const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/** An absolute URL of one of those schemes (with their colon), as written. */
export const readUrl = (text: string, schemes: readonly string[]): string | undefined => {
  if (!URL.canParse(text) || !isDecodable(text)) return undefined;
  const { protocol, hostname } = new URL(text);
  return schemes.includes(protocol) && hostname !== '' ? text : undefined;
};

/** A web origin, such as `https://app.example.com`, in the form in which browsers send it. */
export const readOrigin = (text: string): string | undefined => {
  if (readUrl(text, ['http:', 'https:']) === undefined) return undefined;
  const { origin, pathname, search, hash, username, password } = new URL(text);
  return pathname === '/' && search === '' && hash === '' && username === '' && password === '' ? origin : undefined;
};

/** The parts of a comma-separated list; undefined where one of them cannot be read. */
export const readList = <T>(text: string, read: (part: string) => T | undefined): readonly T[] | undefined => {
  const values: T[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const value = read(part);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
};

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

/** Whether a host, as a name or an address, is this very machine. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** One secret, or two with a comma: the one that signs, and one that is still taken. */
export const readSecrets = (text: string): readonly string[] | undefined => {
  const secrets = text.split(',').map((secret) => secret.trim());
  return secrets.length <= 2 && secrets.every((secret) => secret !== '') ? secrets : undefined;
};

/** The prefix of subjects, with a dot at its end; undefined where a subject of NATS could not begin so. */
export const readSubjectPrefix = (text: string): string | undefined => {
  const prefix = text.endsWith('.') ? text : `${text}.`;
  return /^(?:[^\s.*>]+\.)+$/.test(prefix) ? prefix : undefined;
};
