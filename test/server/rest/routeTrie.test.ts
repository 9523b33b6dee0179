import { expect, it } from 'vitest';
import { createRouteTrie, paramsIn } from '../../../src/server/rest/routeTrie.js';

const row = (method: 'GET' | 'POST', path: string) => ({ method, path });
const find = createRouteTrie([
  row('GET', '/users/{id}'),
  row('POST', '/users/{id}'),
  row('POST', '/users/status'),
  row('GET', '/users/{id}/things/{thing}'),
]);
const found = (path: string) => [...find(path)].map(([method, { route, values }]) => [method, route.path, ...values]);

it('a name stands for any segment but an empty one', () => {
  expect(found('/users/ana')).toEqual([
    ['GET', '/users/{id}', 'ana'],
    ['POST', '/users/{id}', 'ana'],
  ]);
  expect(found('/users/a%2Fb/things/7')).toEqual([['GET', '/users/{id}/things/{thing}', 'a%2Fb', '7']]);
  for (const path of ['/users', '/users/', '/users/ana/', '/users/ana/things', '/', '', `/${'/'.repeat(10_000)}`]) {
    expect(found(path)).toEqual([]);
  }
});

it('a word comes before a name, a method at a time', () => {
  expect(found('/users/status').sort()).toEqual([
    ['GET', '/users/{id}', 'status'],
    ['POST', '/users/status'],
  ]);
});

it('names are those of the path, in order', () => {
  expect(paramsIn('/users/{id}/things/{thing}')).toEqual(['id', 'thing']);
});

it('a row is there once', () => {
  expect(() => createRouteTrie([row('GET', '/a/{b}'), row('GET', '/a/{c}')])).toThrow('twice');
});
