/** Where a request carries its token (docs/semantics.md, "Signing in"). A URL may contain one and is never logged. */
import type { IncomingMessage } from 'node:http';

const BEARER = /^bearer +(\S+) *$/i;

/** The token of an `Authorization` header; null without one, or for another scheme. */
export const bearerToken = (header: string | undefined): string | null => BEARER.exec(header ?? '')?.[1] ?? null;

/** The `?token=` of a request's URL, for clients that cannot send headers: WebSocket and SSE only. */
export const urlToken = (url: URL): string | null => url.searchParams.get('token') || null;

/** The token of `connectionParams.authorization`, with or without `Bearer `. */
export const paramsToken = (params: Readonly<Record<string, unknown>> | undefined): string | null => {
  const value = params?.authorization ?? params?.Authorization;
  if (typeof value !== 'string' || value.trim() === '') return null;
  return bearerToken(value) ?? value.trim();
};

/** Whether the client asks for Server-Sent Events. */
export const acceptsEvents = (request: IncomingMessage): boolean =>
  request.headers.accept?.toLowerCase().includes('text/event-stream') ?? false;

const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/**
 * Path and query of a request as a URL with a made-up host; undefined where the target is invalid. The host of an absolute
 * target (`GET http://host/graphql`), which every server has to accept, is ignored.
 */
export const urlOf = (request: IncomingMessage): URL | undefined => {
  const target = request.url ?? '/';
  const path = ABSOLUTE.test(target) ? target.replace(ABSOLUTE, '') || '/' : target;
  return path.startsWith('/') && URL.canParse(`http://localhost${path}`)
    ? new URL(`http://localhost${path}`)
    : undefined;
};
