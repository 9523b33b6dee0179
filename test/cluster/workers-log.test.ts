/** Several workers write to one standard output. */
import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { built } from '../support/http/server.js';

describe('the log of several workers', () => {
  it('has whole lines, also where it is read slowly', async () => {
    const script = `
      const { createLog } = await import(${JSON.stringify(built('telemetry/log.js'))});
      const log = createLog({ level: 'info', worker: Number(process.env.NUMBER) });
      for (let line = 0; line < 4000; line += 1) log.info({ text: 'x'.repeat(line % 300) }, 'a line');`;
    const one = `${process.execPath} --input-type=module --eval "$SCRIPT"`;
    const writers = spawn('sh', ['-c', `NUMBER=1 ${one} & NUMBER=2 ${one} & NUMBER=3 ${one} & wait`], {
      env: { PATH: process.env.PATH, SCRIPT: script },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    // A turn of the event loop for each piece: the pipe is full most of the time.
    for await (const piece of writers.stdout.setEncoding('utf8')) {
      text += piece;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(12_000);
    const counts = new Map<number, number>();
    for (const line of lines) {
      const { worker } = JSON.parse(line);
      counts.set(worker, (counts.get(worker) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({ 1: 4_000, 2: 4_000, 3: 4_000 });
  });
});
