import { expect, it } from 'vitest';
import { commaIds } from '../../../src/server/rest/fields.js';
import { type RestServices, route } from '../../../src/server/rest/route.js';
import { user } from '../../service/serviceUnderTest.js';

const row = route({
  method: 'GET',
  path: '/those',
  summary: 'Those.',
  byUser: false,
  query: { ids: commaIds },
  answer: null,
  run: async (_services, _caller, { ids }) => ids,
});
const ask = (query: URLSearchParams) =>
  row.prepare({ params: {}, query, body: undefined })({} as RestServices, user('ana'));

it('a query parameter that is given several times is a list with commas', async () => {
  expect(await ask(new URLSearchParams('ids=a,b&other=1&ids=c'))).toEqual(['a', 'b', 'c']);
  expect(await ask(new URLSearchParams('other=1'))).toEqual([]);
});

it('looks for its own parameters alone, however many others a URL has', async () => {
  class Counted extends URLSearchParams {
    looked = 0;
    override getAll(name: string) {
      this.looked += 1;
      return super.getAll(name);
    }
  }
  const query = new Counted(`${Array.from({ length: 4_000 }, (_, i) => i.toString(36)).join('&')}&ids=ben`);
  expect(await ask(query)).toEqual(['ben']);
  expect(query.looked).toBe(1);
});
