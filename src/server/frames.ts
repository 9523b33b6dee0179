/**
 * WebSocket frames, ready-made (RFC 6455, section 5.2): a text message of a server is one unmasked frame. `bytes` is the
 * message in UTF-8, each byte a character, so that frames can be joined and written at once in latin1.
 */
export const textFrame = (bytes: string): string => {
  const { length } = bytes;
  if (length < 126) return `\x81${String.fromCharCode(length)}${bytes}`;
  if (length < 65_536) return `\x81\x7e${String.fromCharCode(length >> 8, length & 255)}${bytes}`;
  return `\x81\x7f\0\0\0\0${String.fromCharCode((length >>> 24) & 255, (length >> 16) & 255, (length >> 8) & 255, length & 255)}${bytes}`;
};
