/** The presence that the servers beside Rollcall keep: the same fields, and nothing of what makes them hard. */

export interface State {
  readonly userId: string;
  readonly status: string;
  readonly statusMessage: { readonly text: string } | null;
  readonly lastSeen: string | null;
  readonly asOf: string;
}

export interface Input {
  readonly status: string;
  readonly statusMessage: { readonly text: string };
}

export const absent = (userId: string): State => ({
  userId,
  status: 'OFFLINE',
  statusMessage: null,
  lastSeen: null,
  asOf: new Date().toISOString(),
});

export const changed = (userId: string, { status, statusMessage }: Input): State => ({
  userId,
  status,
  statusMessage: { text: statusMessage.text },
  lastSeen: null,
  asOf: new Date().toISOString(),
});
