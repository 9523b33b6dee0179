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

const charsetFault = (contentType = ''): string | null => {
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  return charset === 'utf-8' || charset === 'utf8' ? null : 'Send the body in UTF-8.';
};

const contentCodingFault = (contentEncoding = ''): string | null => {
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  return codings.every((coding) => coding === '' || coding === 'identity')
    ? null
    : 'Send the body as it is, without a Content-Encoding.';
};

/** Why a body cannot be read, whatever its media type; null for unencoded UTF-8. */
export const unreadableCoding = (headers: IncomingHttpHeaders): string | null =>
  contentCodingFault(headers['content-encoding']) ?? charsetFault(headers['content-type']);

/** Why a body cannot be read; null for unencoded JSON in UTF-8. */
export const unreadable = (headers: IncomingHttpHeaders): string | null => {
  const fault = contentCodingFault(headers['content-encoding']);
  if (fault !== null) return fault;
  return JSON_TYPES.has(mediaType(headers['content-type']))
    ? charsetFault(headers['content-type'])
    : 'Send the body as JSON, with the header Content-Type: application/json.';
};
