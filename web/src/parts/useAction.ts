import { useCallback, useEffect, useRef, useState } from 'react';

/** Calls the server for a control: whether it is under way, and what went wrong the last time. */
export const useAction = () => {
  const [isPending, setPending] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);

  /** Resolves to whether it succeeded. */
  const run = useCallback(async (action: () => Promise<unknown>): Promise<boolean> => {
    setPending(true);
    setFault(null);
    try {
      await action();
      return true;
    } catch (error) {
      if (isMounted.current) setFault(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      if (isMounted.current) setPending(false);
    }
  }, []);
  return { run, isPending, fault };
};
