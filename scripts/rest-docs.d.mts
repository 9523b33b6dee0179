import type { Dialect, Route } from '../src/server/rest/route.js';

export declare const restPage: (
  dialects: readonly Dialect[],
  errorsOf: (route: Route, dialect: Dialect) => Readonly<Record<string, string>>,
) => string;
