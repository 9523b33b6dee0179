import { unavailable } from '../presence/errors.js';

/** What `promise` resolves to or rejects with; UNAVAILABLE where it does neither within `ms`. */
export const withinMs = async <T>(promise: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable('The live store cannot be reached. Try again in a moment.')), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
