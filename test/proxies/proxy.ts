/** A proxy in front of a daemon as docs/recipes.md has it, and a client that reaches the daemon by it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { join } from 'node:path';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { blocks } from '../documentation/blocks.ts';
import { isListening } from '../support/ports.ts';

/** The host that the recipes call by. */
export const host = 'makima.example.org';

/** A configuration of the recipes by something that stands in it alone. */
export const recipe = (language: 'nginx' | 'caddy', holding: string): string => {
  const found = blocks.filter((each) => each.page === 'docs/recipes.md' && each.language === language && each.text.includes(holding));
  if (found.length !== 1 || !found[0]) throw new Error(`docs/recipes.md has ${found.length} blocks of ${language} with ${holding}`);
  return found[0].text;
};

/** Servers are where a user's own path may not lead. */
const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin`;

/** Why a program cannot be used here, false where it can. */
export const whyNot = (program: string, ...args: string[]): string | false =>
  spawnSync(program, args, { env: { ...process.env, PATH: path } }).error === undefined ? false : `${program} is not installed`;

/** A certificate that nobody but this test's clients knows. */
export const makeCertificate = (directory: string): { certificate: string; key: string } => {
  const [certificate, key] = [join(directory, 'makima.crt'), join(directory, 'makima.key')];
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host},DNS:example.org`];
  const options = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject];
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', ...options], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { certificate, key };
};

/** Starts a proxy and waits until it listens at this port. @throws Error with what it said where it ends before */
export const startProxy = async (
  t: Test,
  program: string,
  args: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<void> => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PATH: path, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const gone = once(child, 'exit');
  let isOver = false;
  void gone.then(() => (isOver = true));
  t.teardown(async () => {
    child.kill('SIGTERM');
    await gone;
    if (process.env['TEST_LOG'] !== undefined) t.comment(said);
  });
  const over = (): boolean => isOver;
  while (!(await isListening(port))) if (over()) throw new Error(`${program} ended: ${said}`);
};

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  /** What comes, as it comes. */
  pieces: AsyncIterable<string>;
  text: () => Promise<string>;
  /** Leaves in the middle. */
  leave: () => void;
}

/** A WebSocket through the proxy, as a page of that host opens one. */
export const openSocket = (port: number, certificate: string, token: string, path: string, name = host): WebSocket =>
  new WebSocket(`wss://127.0.0.1:${port}${path}`, ['makima.v1', `makima.token.${Buffer.from(token).toString('base64url')}`], {
    agent: new Agent({ ca: readFileSync(certificate), servername: name }),
    headers: { host: `${name}:${port}`, origin: `https://${name}:${port}` },
  });

export type Ask = (path: string, options?: { method?: string; headers?: Record<string, string>; body?: string }) => Promise<Answer>;

/** Calls the proxy as a client elsewhere does. @param token - of the owner */
export const client =
  (port: number, certificate: string, token: string, name = host): Ask =>
  async (path, { method = 'GET', headers = {}, body } = {}) => {
    const ca = readFileSync(certificate);
    const request = secureRequest({
      ...{ host: '127.0.0.1', port, servername: name, ca, path, method, agent: false },
      headers: { host: `${name}:${port}`, authorization: `Bearer ${token}`, ...headers },
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.setEncoding('utf8');
    // Whoever leaves in the middle breaks the connection.
    response.on('error', () => undefined);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      pieces: response as AsyncIterable<string>,
      async text() {
        let text = '';
        for await (const piece of response as AsyncIterable<string>) text += piece;
        return text;
      },
      leave: () => void response.destroy(),
    };
  };
