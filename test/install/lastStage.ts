/**
 * Carries out the last stage of a Dockerfile in a folder, with the few instructions that ours uses; another one is refused,
 * so that file and test cannot drift apart.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { linkFolder } from './linkFolder.js';

export interface Image {
  /** The folder that is the image's working directory. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

/** `context` is what the build is given, `built` the working directory of the stage that is copied from. */
export const runLastStage = (text: string, paths: { context: string; built: string; image: string }): Image => {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const stage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')) + 1);
  const environment: Record<string, string> = {};
  let [folder, user, command, healthCheck] = [paths.image, 'root', '', ''];
  for (const line of stage) {
    const [instruction, ...words] = line.split(' ');
    const rest = words.join(' ');
    switch (instruction) {
      case 'ENV': {
        const [name = '', value = ''] = rest.split('=');
        environment[name] = value;
        break;
      }
      case 'WORKDIR':
        folder = join(paths.image, rest);
        mkdirSync(folder, { recursive: true });
        break;
      case 'RUN':
        // The image's user stands for whoever starts it here.
        execFileSync('sh', ['-c', process.getuid?.() === 0 ? rest.replace('node:node', '65534:65534') : 'mkdir data'], {
          cwd: folder,
        });
        break;
      case 'COPY': {
        const [from = '', to = ''] = words.filter((word) => !word.startsWith('--'));
        const source = words[0] === '--from=build' ? from.replace('/app', paths.built) : join(paths.context, from);
        if (statSync(source).isDirectory()) linkFolder(source, join(folder, to));
        else cpSync(source, join(folder, to));
        break;
      }
      case 'USER':
        user = rest;
        break;
      case 'CMD':
        command = rest;
        break;
      case 'HEALTHCHECK':
        healthCheck = rest.slice(rest.indexOf('CMD ') + 'CMD '.length);
        break;
      case 'VOLUME':
      case 'EXPOSE':
      case 'STOPSIGNAL':
        break;
      default:
        throw new Error(`The test does not know the instruction of "${line}".`);
    }
  }
  return { folder, environment, user, command: JSON.parse(command), healthCheck: JSON.parse(healthCheck) };
};
