/**
 * A text message as one unmasked WebSocket frame (RFC 6455, section 5.2). `bytes` is the message in UTF-8, a character for
 * each byte, so that frames can be concatenated and written at once as latin1.
 */
export const textFrame = (bytes: string): string => {
  const { length } = bytes;
  if (length < 126) return `\x81${String.fromCharCode(length)}${bytes}`;
  if (length < 65_536) return `\x81\x7e${String.fromCharCode(length >> 8, length & 255)}${bytes}`;
  return `\x81\x7f\0\0\0\0${String.fromCharCode((length >>> 24) & 255, (length >> 16) & 255, (length >> 8) & 255, length & 255)}${bytes}`;
};

/** The start of each message of the operation with this id, up to the result. */
export const headOf = (id: string): string =>
  `{"id":${Buffer.from(JSON.stringify(id), 'utf8').toString('latin1')},"type":"next","payload":`;

/** Makes the frame of a result, given the head of its message. */
export type Framer = (head: string, result: string) => string;

/**
 * Many clients give their operations the same ids, and one result goes to them in succession: the latest frame is cached,
 * one string for all of them.
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
