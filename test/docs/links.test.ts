/**
 * Links between pages, from pages to files, and from comments in the code to pages: each leads to something. So do the
 * files, folders and commands that pages name.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const pages = tracked.filter((file) => file.endsWith('.md'));
const sources = tracked.filter((file) =>
  /^(src|test|bench|scripts|schema|client|web)\/.*\.(tsx?|mts|mjs|lua|graphqls|graphql)$/.test(file),
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

/** Every file, and every folder that has one, by its path in the repository. */
const places = new Set(
  tracked.flatMap((file) => file.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))),
);
const baseNames = new Set(tracked.map((file) => basename(file)));
/** The folders from which pages name files. */
const ROOTS = ['', 'src/', 'test/'];
const SOURCE = /^[\w./-]+\.(?:ts|mts|mjs|lua|md|sql|graphqls?|svg|sh)$/;
/** What a build or an install makes. */
const MADE = /^(?:dist|client\/dist|node_modules|data|bench\/(?:node_modules|results))\b/;
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

const isThere = (path: string): boolean => {
  if (MADE.test(path)) return true;
  const name = path.replace(/^\.\//, '').replace(/\/$/, '');
  if (!name.includes('/') && SOURCE.test(name)) return baseNames.has(name);
  if (!name.includes('*')) return ROOTS.some((root) => places.has(root + name));
  const pattern = new RegExp(`^(?:src/|test/)?${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
  return tracked.some((file) => pattern.test(file));
};
/** Whether code in a page names a file or folder: by the ending, or by beginning with a folder of the repository. */
const isPath = (code: string): boolean =>
  SOURCE.test(code) ||
  (/^[\w.*-]+(?:\/[\w.*-]+)*\/?$/.test(code) &&
    code.includes('/') &&
    ROOTS.some((root) => places.has(root + code.split('/')[0])));

/** The paths and commands that a page names: in code spans, and in its trees of folders and diagrams. */
const namedIn = (text: string): readonly string[] => {
  const drawn = [...text.matchAll(/^```(?:mermaid)?\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => [
    ...(block.match(/[\w./-]+\.(?:ts|lua)\b/g) ?? []),
    ...(block.match(/^(?:src|test|docs|schema|drizzle)\/\S*/gm) ?? []),
  ]);
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...drawn, ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)];
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

  it.each(pages)('of %s: the files, folders and commands that it names are there', (page) => {
    const missing = namedIn(readFileSync(page, 'utf8')).filter((code) => {
      const command = /^npm run (?:--silent )?([\w:-]+)/.exec(code)?.[1];
      return command === undefined ? isPath(code) && !isThere(code) : !(command in scripts);
    });
    expect(missing).toEqual([]);
  });
});
