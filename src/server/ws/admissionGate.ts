/** Lets so many in at a time; the others wait in line. */
export interface Gate {
  /**
   * Resolves when it is one's turn, with the way to make room for the next, which may be called once. Rejects where one
   * is turned away.
   */
  enter(): Promise<() => void>;
  /** Nobody who stands in line is let in: they are rejected with `error`. */
  rejectWaiting(error: Error): void;
}

export const createAdmissionGate = (limit: number): Gate => {
  let inside = 0;
  let line: { readonly letIn: () => void; readonly rejectWaiting: (error: Error) => void }[] = [];
  const leave = () => {
    const next = line.shift();
    // Whoever is next takes the place: it is never free in between.
    if (next) next.letIn();
    else inside -= 1;
  };
  return {
    async enter() {
      if (inside < limit) inside += 1;
      else await new Promise<void>((letIn, rejectWaiting) => line.push({ letIn, rejectWaiting }));
      return leave;
    },
    rejectWaiting(error) {
      const waiting = line;
      line = [];
      for (const each of waiting) each.rejectWaiting(error);
    },
  };
};
