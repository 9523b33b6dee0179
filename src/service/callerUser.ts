import { forbidden } from '../presence/errors.js';
import type { Viewer } from '../presence/visibility.js';

const NO_PRESENCE = 'A service token has no presence of its own; use the token of a user.';

/** FORBIDDEN to all but the host's back end. */
export const requireService = (viewer: Viewer): void => {
  if (viewer.kind === 'service') return;
  throw forbidden("Only the host's back end may do this. Use a token with the scope service.");
};

/** The id of a caller who is a user; FORBIDDEN, with the sentence `refusal`, for the host's back end. */
export const userOf = (viewer: Viewer, refusal = NO_PRESENCE): string => {
  if (viewer.kind === 'user') return viewer.userId;
  throw forbidden(refusal);
};
