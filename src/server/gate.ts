/** Lets so many in at a time; the others wait in line. */
export interface Gate {
  /** Resolves when it is one's turn, with the way to make room for the next, which may be called once. */
  enter(): Promise<() => void>;
}

export const createGate = (limit: number): Gate => {
  let inside = 0;
  const line: (() => void)[] = [];
  const leave = () => {
    const next = line.shift();
    // Whoever is next takes the place: it is never free in between.
    if (next) next();
    else inside -= 1;
  };
  return {
    async enter() {
      if (inside < limit) inside += 1;
      else await new Promise<void>((resolve) => line.push(resolve));
      return leave;
    },
  };
};
