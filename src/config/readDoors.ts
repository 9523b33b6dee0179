/** The settings of the doors (docs/doors.md): REST, NATS, the webhook, Stream and history. All of them are closed by default. */
import type { DoorsConfig, NatsConfig, StreamConfig, WebhookConfig } from './config.js';
import { RETENTION_HINT, readList, readRetention, readSecrets, readSubjectPrefix, readUrl } from './settings.js';

/** Requests cannot be made to a URL with a user and a password, and each failure would write them to the log. */
const readPlainUrl = (text: string): string | undefined => {
  const url = readUrl(text, ['http:', 'https:']);
  if (url === undefined) return undefined;
  const { username, password } = new URL(url);
  return username === '' && password === '' ? url : undefined;
};
const PLAIN_URL_HINT = 'an http:// or https:// URL, without a user and a password';

/** How a setting is read; a fault is noted by it, and the fallback taken. */
export interface Reader {
  read<T>(name: string, fallback: T, hint: string, parse: (text: string) => T | undefined): T;
  verbatim(name: string): string | null;
  flag(name: string, fallback: boolean): boolean;
}

const STREAM_URL = 'https://chat.stream-io-api.com';

const readNats = ({ read }: Reader): NatsConfig | null => {
  const servers = read<readonly string[] | null>(
    'NATS_URL',
    null,
    'a nats:// or tls:// URL, or a comma-separated list of them, with %25 for a % in the password',
    (text) => {
      const urls = readList(text, (url) => readUrl(url, ['nats:', 'tls:']));
      return urls?.length ? urls : undefined;
    },
  );
  const prefix = read(
    'NATS_PREFIX',
    '',
    'words with dots between them, without blanks, `*` and `>`',
    readSubjectPrefix,
  );
  return servers && { servers, prefix };
};

/** A secret by the Standard Webhooks is `whsec_` and base64: without any its key would be empty, and anybody could sign. */
const isWebhookSecret = (secret: string): boolean =>
  !secret.startsWith('whsec_') || /^whsec_[A-Za-z0-9+/]{2,}={0,2}$/.test(secret);

const readWebhook = ({ read }: Reader): WebhookConfig | null => {
  const url = read<string | null>('WEBHOOK_URL', null, PLAIN_URL_HINT, readPlainUrl);
  const hint = 'one secret, or two with a comma; after `whsec_` there is base64';
  const secrets = read<readonly string[]>('WEBHOOK_SECRET', [], hint, (text) => {
    const given = readSecrets(text);
    return given?.every(isWebhookSecret) ? given : undefined;
  });
  return url === null ? null : { url, secrets };
};

const readStream = ({ read, verbatim }: Reader): StreamConfig | null => {
  const key = verbatim('STREAM_KEY');
  const secret = verbatim('STREAM_SECRET');
  const url = read('STREAM_URL', STREAM_URL, PLAIN_URL_HINT, readPlainUrl);
  return key === null || secret === null ? null : { url, key, secret };
};

/** Reads what is set of the doors. */
export const readDoors = (reader: Reader): DoorsConfig => ({
  rest: reader.flag('REST', false),
  nats: readNats(reader),
  webhook: readWebhook(reader),
  stream: readStream(reader),
  historyMs: reader.read<number | null>(
    'PRESENCE_HISTORY',
    null,
    RETENTION_HINT,
    (text) => readRetention(text) || undefined,
  ),
});
