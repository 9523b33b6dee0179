/** The page as the built server has it: in development with demo users, and nowhere else. */
import { describe, expect, it } from 'vitest';
import { post } from '../support/http/http.js';
import { serveTest } from '../support/http/rollcall.js';
import { TEST_SECRET } from '../support/http/tokens.js';

const PATHS = ['/', '/index.html', '/demo.json'];
const statuses = (url: string) => Promise.all(PATHS.map(async (path) => (await fetch(new URL(path, url))).status));

describe('the page', () => {
  it('is whole in development, and its tokens sign its people in', async () => {
    const { url } = await serveTest({
      NODE_ENV: undefined,
      HOST: undefined,
      AUTH_JWT_SECRET: undefined,
      DATABASE_URL: undefined,
    });
    const html = await (await fetch(new URL('/', url))).text();
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files.map((path) => path.replace(/.*\./, '')).sort()).toEqual(['css', 'js', 'svg']);
    for (const path of files) {
      const file = await fetch(new URL(path, url));
      expect([path, file.status, file.headers.get('cache-control')]).toEqual([
        path,
        200,
        expect.stringContaining('immutable'),
      ]);
    }

    const { people, hostToken } = (await (await fetch(new URL('/demo.json', url))).json()) as {
      people: { id: string; token: string }[];
      hostToken: string;
    };
    expect(people.map(({ id }) => id)).toEqual(['ada', 'ben', 'cleo', 'dev']);
    for (const { id, token } of people)
      expect((await post(url, token, '{ me { userId } }')).body.data).toEqual({
        me: { userId: id },
      });
    const service = await post(url, people[0]!.token, '{ online { totalCount } }');
    expect(service.body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await post(url, hostToken, '{ online { totalCount } }')).body.data).toEqual({ online: { totalCount: 0 } });
  });

  it('is not there in production', async () => {
    expect(await statuses((await serveTest({ NODE_ENV: 'production' })).url)).toEqual(PATHS.map(() => 404));
  });

  it('is not there in development where the host signs its own users', async () => {
    const { url } = await serveTest({ NODE_ENV: 'development', AUTH_JWT_SECRET: TEST_SECRET });
    expect(await statuses(url)).toEqual(PATHS.map(() => 404));
  });
});
