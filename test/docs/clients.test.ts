/** The snippets of the page of clients are the recipes that the tests of `client/` run against a server. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const RECIPES = 'client/test/recipes';

const page = readFileSync('docs/clients.md', 'utf8');
const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text = '']) => ({
  language,
  text,
}));
/** As a product would import them. */
const recipes = readdirSync(RECIPES).map((file) =>
  readFileSync(`${RECIPES}/${file}`, 'utf8').replace(/'\.\.\/\.\.\/src\/(\w+)\.js'/g, "'@rollcall/client/$1'"),
);

it('every snippet in TypeScript stands in a recipe as it stands on the page', () => {
  const snippets = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text);
  expect(snippets.length).toBeGreaterThan(5);
  expect(snippets.filter((snippet) => !recipes.some((recipe) => recipe.includes(snippet)))).toEqual([]);
});

it('the only other one is that of Relay, which is no dependency', () => {
  const others = blocks.filter(({ language }) => language !== 'ts');
  expect(others.map(({ language }) => language)).toEqual(['js']);
  expect(others[0]?.text).toContain("from 'relay-runtime'");
});

it('what snippets import from the package is there', () => {
  const { exports } = JSON.parse(readFileSync('client/package.json', 'utf8')) as { exports: Record<string, unknown> };
  const imported = [...page.matchAll(/'@rollcall\/client(\/\w+)?'/g)].map(([, path = '']) => `.${path}`);
  expect(imported.filter((path) => !(path in exports))).toEqual([]);
});
