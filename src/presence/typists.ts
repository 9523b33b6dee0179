/** One user's typing in one conversation, purely (docs/design.md#typing). */

/** Until when each session of the user types there, and whether the start was announced. */
export interface TypingState {
  readonly until: ReadonlyMap<string, number>;
  readonly announced: boolean;
}

/** When the typing ends unless refreshed: with the last session. */
export const typingUntil = (state: TypingState): number => Math.max(...state.until.values());

/** A session starts or refreshes its typing. */
export const startTyping = (state: TypingState | undefined, sessionId: string, untilMs: number): TypingState => ({
  until: new Map(state?.until).set(sessionId, untilMs),
  announced: state?.announced ?? false,
});

/** The state without one session; undefined where none is left. */
export const stopTyping = (state: TypingState | undefined, sessionId: string): TypingState | undefined =>
  remaining(state, (id) => id !== sessionId);

/** The state at `now`; undefined where no session types any more. */
export const expireTyping = (state: TypingState | undefined, now: number): TypingState | undefined =>
  remaining(state, (_, until) => until > now);

const remaining = (
  state: TypingState | undefined,
  keep: (sessionId: string, until: number) => boolean,
): TypingState | undefined => {
  const until = new Map([...(state?.until ?? [])].filter(([id, at]) => keep(id, at)));
  return state && until.size > 0 ? { ...state, until } : undefined;
};
