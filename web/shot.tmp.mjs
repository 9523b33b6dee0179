import { chromium } from 'playwright-core';

const [, , out, scheme = 'light', width = '1280', height = '800', tab = 'Feed'] = process.argv;
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const p = await (
  await b.newContext({ viewport: { width: +width, height: +height }, colorScheme: scheme, reducedMotion: 'reduce' })
).newPage();
p.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(m.text().slice(0, 300)));
await p.goto(process.env.ORIGIN ?? 'http://127.0.0.1:4611/');
await p.waitForTimeout(3000);
for (const t of await p.getByRole('tab', { name: tab }).all()) if (await t.isVisible()) await t.click();
await p.waitForTimeout(1500);
await p.screenshot({ path: out });
await b.close();
