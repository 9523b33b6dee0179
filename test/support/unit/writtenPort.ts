/** The port, with each question written down, and about how many it was. */
export const written = <P extends object>(name: string, port: P, steps: string[]): P =>
  Object.fromEntries(
    Object.entries(port).map(([verb, ask]) => [
      verb,
      typeof ask !== 'function'
        ? ask
        : (...args: unknown[]) => {
            const many = Array.isArray(args[0]) ? args[0].length : undefined;
            const step = `${name}.${verb}${many === undefined ? '' : ` of ${many}`}`;
            steps.push(step);
            const answer: unknown = (ask as (...all: unknown[]) => unknown)(...args);
            if (answer instanceof Promise) {
              answer.then(
                () => steps.push(`${step} answered`),
                () => steps.push(`${step} refused`),
              );
            }
            return answer;
          },
    ]),
  ) as P;
