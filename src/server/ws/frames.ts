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

/** What each message of the operation with this id begins with, up to the result. */
export const headOf = (id: string): string =>
  `{"id":${Buffer.from(JSON.stringify(id), 'utf8').toString('latin1')},"type":"next","payload":`;

/** The frame of a result, given what its message begins with. */
export type Framer = (head: string, result: string) => string;

/**
 * Frames of results. Many clients give their operations the same ids, and are sent the same one after the other: the
 * latest frame is kept, one string for all of them.
 */
export const createFramer = (): Framer => {
  let lastHead = '';
  let lastResult = '';
  let last = '';
  return (head, result) => {
    if (result !== lastResult || head !== lastHead) {
      lastHead = head;
      lastResult = result;
      last = textFrame(`${head}${result}}`);
    }
    return last;
  };
};
