/** Links between pages, from pages to files, and from comments in the code to pages: each leads to something. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const pages = tracked.filter((file) => file.endsWith('.md'));
const sources = tracked.filter((file) =>
  /^(src|test|bench|scripts|schema)\/.*\.(ts|mts|mjs|lua|graphqls|graphql)$/.test(file),
);

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const headingsOf = (page: string): readonly string[] =>
  [
    ...readFileSync(page, 'utf8')
      .replace(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/^#{1,6} +(.+)$/gm),
  ].map(([, heading = '']) => heading);

/** Why a link from `page` leads nowhere; undefined for one that leads somewhere, or out of the repository. */
const faultOf = (page: string, link: string): string | undefined => {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(target)) return `${page}: ${link} names no file`;
  if (anchor === undefined || statSync(target).isDirectory() || !target.endsWith('.md')) return undefined;
  return headingsOf(target).some((heading) => anchorOf(heading) === anchor)
    ? undefined
    : `${page}: ${link} names no heading`;
};

describe('links', () => {
  it.each(pages)('of %s lead to files and headings that are there', (page) => {
    const links = [...withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link = '']) => link,
    );
    expect(links.map((link) => faultOf(page, link)).filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('to pages, in the comments of the code, name pages and headings that are there', () => {
    const faults = sources.flatMap((file) => {
      const text = readFileSync(file, 'utf8').replace(/\s*\n\s*(?:\*|\/\/|#|--)?\s*/g, ' ');
      return [...text.matchAll(/\b((?:docs\/)?[\w-]+\.md)(?:#([\w-]+)|,? "([^"]+)")?/g)].flatMap(
        ([, page = '', anchor, heading]) => {
          const path = page.startsWith('docs/') || existsSync(page) ? page : `docs/${page}`;
          if (!existsSync(path)) return [`${file}: there is no ${page}`];
          const known = headingsOf(path).map((each) => anchorOf(each));
          const wanted = anchor ?? (heading === undefined ? undefined : anchorOf(heading));
          return wanted === undefined || known.includes(wanted)
            ? []
            : [`${file}: ${page} has no "${anchor ?? heading}"`];
        },
      );
    });
    expect(faults).toEqual([]);
  });
});
