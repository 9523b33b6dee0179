/**
 * What `promise` resolves to or rejects with; the error of `late` where it does neither within `ms`. The work behind the
 * promise is not stopped, and what comes of it later goes to nobody.
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
