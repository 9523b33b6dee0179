/** Finds the routes of a path: a trie of its segments, so that the cost is that of the path's length. */
import type { Method } from './route.js';

interface Node<R> {
  readonly literals: Map<string, Node<R>>;
  param: Node<R> | null;
  readonly routes: Map<Method, R>;
}

export interface Match<R> {
  readonly route: R;
  /** The segments that stand for names, in order, as they came. */
  readonly values: readonly string[];
}

const node = <R>(): Node<R> => ({ literals: new Map(), param: null, routes: new Map() });
const isParam = (segment: string): boolean => segment.startsWith('{');
const segmentsOf = (path: string, limit?: number): readonly string[] => path.slice(1).split('/', limit);

/** The names in a path, in order. */
export const paramsIn = (path: string): readonly string[] =>
  segmentsOf(path)
    .filter(isParam)
    .map((segment) => segment.slice(1, -1));

/**
 * Returns a function that finds the routes of a path by their methods: empty for a path of none. Where a segment is both a word of one
 * route and a name of another, as in `/presence/status`, each method has its own.
 */
export const createRouteTrie = <R extends { readonly method: Method; readonly path: string }>(routes: readonly R[]) => {
  const root = node<R>();
  let depth = 0;
  for (const route of routes) {
    const segments = segmentsOf(route.path);
    depth = Math.max(depth, segments.length);
    let at = root;
    for (const segment of segments) {
      const next = (isParam(segment) ? at.param : at.literals.get(segment)) ?? node<R>();
      if (isParam(segment)) at.param = next;
      else at.literals.set(segment, next);
      at = next;
    }
    if (at.routes.has(route.method)) throw new Error(`${route.method} ${route.path} is there twice.`);
    at.routes.set(route.method, route);
  }

  const collect = (
    at: Node<R>,
    rest: readonly string[],
    values: readonly string[],
    found: Map<Method, Match<R>>,
  ): void => {
    const [segment, ...others] = rest;
    if (segment === undefined) {
      for (const [method, route] of at.routes) if (!found.has(method)) found.set(method, { route, values });
      return;
    }
    const literal = at.literals.get(segment);
    if (literal) collect(literal, others, values, found);
    if (at.param && segment !== '') collect(at.param, others, [...values, segment], found);
  };

  return (path: string): ReadonlyMap<Method, Match<R>> => {
    const found = new Map<Method, Match<R>>();
    const segments = segmentsOf(path, depth + 1);
    if (segments.length <= depth) collect(root, segments, [], found);
    return found;
  };
};
