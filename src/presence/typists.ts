/** One user's typing in one conversation, purely (docs/semantics.md, "Typing"). */

/** Until when each session of the user types there; and whether anybody was told. */
export interface TypingState {
  readonly until: ReadonlyMap<string, number>;
  readonly announced: boolean;
}

/** When the indicator ends unless it is refreshed: with the last of the sessions. */
export const typingUntil = (state: TypingState): number => Math.max(...state.until.values());

/** A session starts or goes on typing. */
export const startTyping = (state: TypingState | undefined, sessionId: string, untilMs: number): TypingState => ({
  until: new Map(state?.until).set(sessionId, untilMs),
  announced: state?.announced ?? false,
});

/** What is left without one session; undefined when the user types no more. */
export const stopTyping = (state: TypingState | undefined, sessionId: string): TypingState | undefined =>
  remaining(state, (id) => id !== sessionId);

/** What is left at `now`; undefined when the user types no more. */
export const expireTyping = (state: TypingState | undefined, now: number): TypingState | undefined =>
  remaining(state, (_, until) => until > now);

const remaining = (
  state: TypingState | undefined,
  keep: (sessionId: string, until: number) => boolean,
): TypingState | undefined => {
  const until = new Map([...(state?.until ?? [])].filter(([id, at]) => keep(id, at)));
  return state && until.size > 0 ? { ...state, until } : undefined;
};
