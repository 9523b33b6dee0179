/** A semaphore for connections that are being admitted: a limited number at a time, the others wait in order. */
export interface AdmissionGate {
  /** Resolves once admitted, to a function that frees the place and is called once. Rejects through `rejectWaiting`. */
  enter(): Promise<() => void>;
  /** Rejects with `error` everybody who waits now. */
  rejectWaiting(error: Error): void;
}

export const createAdmissionGate = (limit: number): AdmissionGate => {
  let inside = 0;
  let waiting: { readonly admit: () => void; readonly reject: (error: Error) => void }[] = [];
  const leave = () => {
    const next = waiting.shift();
    // The place passes to the next one directly: a newcomer cannot take it in between.
    if (next) next.admit();
    else inside -= 1;
  };
  return {
    async enter() {
      if (inside < limit) inside += 1;
      else await new Promise<void>((admit, reject) => waiting.push({ admit, reject }));
      return leave;
    },
    rejectWaiting(error) {
      const rejected = waiting;
      waiting = [];
      for (const { reject } of rejected) reject(error);
    },
  };
};
