/**
 * Settles as `promise` does; rejects with the error of `late` where that takes longer than `ms` milliseconds. The work
 * behind the promise goes on, and its outcome is then ignored.
 */
export const withTimeout = async <T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
};
