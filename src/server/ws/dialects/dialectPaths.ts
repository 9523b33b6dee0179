/** Where the sockets of the dialects are (docs/doors.md#sockets-of-the-dialects). */
export const MOBILE_PATH = '/api/presence/subscribe';
export const GATEWAY_PATH = '/gateway';
