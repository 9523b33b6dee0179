/** Control characters, line separators, and what overrides the direction of text; halves of a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const REFUSED = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;
const MAX_CHARACTERS = 128;

/** Whether the server takes it for an id. One that is none would have the other users of its subscription refused. */
export const isUserId = (id: string): boolean =>
  id.length > 0 && id.length <= 2 * MAX_CHARACTERS && [...id].length <= MAX_CHARACTERS && !REFUSED.test(id);
