/** Media type, coding and charset of a body, by its headers. Their names are case-insensitive. */
import type { IncomingHttpHeaders } from 'node:http';

/** Accepted media types. */
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/graphql+json']);

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** The media type in lower case, without parameters; empty without one. */
export const mediaType = (contentType: string | undefined): string =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** The media type in lower case, with its parameters unchanged. */
export const withParameters = (contentType: string): string => {
  const at = contentType.indexOf(';');
  return mediaType(contentType) + (at < 0 ? '' : contentType.slice(at));
};

/** Why a body cannot be read; null for unencoded JSON in UTF-8. */
export const unreadable = (headers: IncomingHttpHeaders): string | null => {
  const codings = (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.some((coding) => coding !== '' && coding !== 'identity')) {
    return 'Send the body as it is, without a Content-Encoding.';
  }
  if (!JSON_TYPES.has(mediaType(headers['content-type']))) {
    return 'Send the body as JSON, with the header Content-Type: application/json.';
  }
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  return charset === 'utf-8' || charset === 'utf8' ? null : 'Send the body in UTF-8.';
};
