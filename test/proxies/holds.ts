/** What has to hold for whoever reaches a daemon by a proxy. */
import { on } from 'node:events';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { WebSocket } from 'ws';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import type { DaemonProcess } from '../support/daemon-process.ts';
import { scratch, write } from '../support/daemon.ts';
import { client, host, openSocket, type Answer, type Ask } from './proxy.ts';

export interface Way {
  ask: Ask;
  /** @param path - below the prefix */
  socket: (path: string) => WebSocket;
  /** Where the proxy serves the daemon: empty for the whole host. */
  prefix: string;
  port: number;
  name: string;
}

/** @param certificate - of the proxies that are reached */
export const wayBy =
  (certificate: string) =>
  (port: number, token: string, prefix = '', name = host): Way => ({
    ask: client(port, certificate, token, name),
    socket: (path) => openSocket(port, certificate, token, prefix + path, name),
    prefix,
    port,
    name,
  });

const api = '/api/v1/mesh';
const json = { 'content-type': 'application/json' };

interface Frame {
  id: string;
  event: TaskEvent;
}

/** The events of a stream, each when it has come. */
async function* frames({ pieces }: Answer): AsyncGenerator<Frame> {
  let rest = '';
  for await (const piece of pieces) {
    const all = (rest + piece).split('\n\n');
    rest = all.pop() ?? '';
    for (const frame of all) {
      const [, id] = /^id: (.*)$/m.exec(frame) ?? [];
      const [, data] = /^data: (.*)$/m.exec(frame) ?? [];
      if (id !== undefined && data !== undefined) yield { id, event: JSON.parse(data) };
    }
  }
}

/** A task whose agent works until a file is there. */
const waiting = async (t: Test, { ask, prefix }: Way): Promise<{ task: Task; release: () => void }> => {
  const directory = scratch(t);
  const plan = `RUN: echo begun; until test -e ${join(directory, 'go')}; do sleep 0.05; done; echo released`;
  const made = await ask(`${prefix}${api}/tasks`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ name: 'n', plan, start: true }),
  });
  t.equal(made.status, 201);
  const task: Task = JSON.parse(await made.text());
  t.equal(made.headers.location, `${prefix}${api}/tasks/${task.id}`);
  return { task, release: () => write(directory, { go: '' }) };
};

/** Events come as they happen, and a client that left goes on where it was. */
const streams = async (t: Test, way: Way, daemon: DaemonProcess): Promise<void> => {
  const { task, release } = await waiting(t, way);
  const events = `${way.prefix}${api}/tasks/${task.id}/events`;
  const first = await way.ask(events);
  t.match(first.headers, { 'content-type': /^text\/event-stream/ });
  const seen: Frame[] = [];
  for await (const frame of frames(first)) {
    seen.push(frame);
    // The agent waits for us: a proxy that buffered would let neither go on.
    if (frame.event.type === 'output' && frame.event.content.includes('tool_use')) break;
  }
  first.leave();
  const again = await way.ask(events, { headers: { 'last-event-id': seen.at(-1)?.id ?? '' } });
  release();
  for await (const frame of frames(again)) seen.push(frame);
  const all: number[] = [];
  for await (const event of daemon.follow(task.id)) all.push(event.id);
  t.strictSame(
    seen.map(({ event }) => event.id),
    all,
    'no gap and no repeat',
  );
};

/** What an agent says is there when it is said. */
const followed = async (t: Test, way: Way): Promise<void> => {
  for (const accept of ['text/plain', 'application/x-ndjson']) {
    const { task, release } = await waiting(t, way);
    const output = await way.ask(`${way.prefix}${api}/tasks/${task.id}/output?follow=true`, { headers: { accept } });
    let text = '';
    for await (const piece of output.pieces) {
      text += piece;
      if (text.includes('echo begun')) release();
    }
    t.match(text, 'released', accept);
  }
};

const addresses = async (t: Test, { ask, prefix, port, name }: Way): Promise<void> => {
  const link = (await ask(`${prefix}${api}/tasks?limit=1`)).headers.link;
  t.match(link, new RegExp(`^<${prefix}${api}/tasks\\?limit=1&cursor=`));
  const nextPage = /<([^>]+)>/.exec(String(link))?.[1] ?? '';
  t.equal((await ask(nextPage)).status, 200, 'the address of the next page leads there');
  const document = JSON.parse(await (await ask(`${prefix}/openapi.json`)).text());
  t.equal(document.servers[0].url, prefix === '' ? '/' : prefix);
  let page = await ask(`${prefix}/docs`);
  const html = page.status === 302 ? String(page.headers.location) : `${prefix}/docs`;
  if (page.status === 302) page = await ask(html);
  t.equal(page.status, 200);
  const sources = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, source]) => new URL(source ?? '', `https://x${html}`),
  );
  t.ok(sources.length >= 4);
  for (const { pathname } of sources) t.equal((await ask(pathname)).status, 200, pathname);
  const origin = { origin: `https://${name}:${port}` };
  t.equal((await ask(`${prefix}${api}/info`, { headers: origin })).status, 200, 'the page at /docs may call');
  t.equal((await ask(`${prefix}${api}/info`, { headers: { origin: 'https://evil.example' } })).status, 403);
};

const strangers = async (t: Test, { ask, prefix }: Way): Promise<void> => {
  t.equal((await ask(`${prefix}${api}/tasks`, { headers: { authorization: 'Bearer wrong' } })).status, 401);
  // Whatever a caller says of itself is not what the proxy says.
  const forged = { 'x-forwarded-prefix': '/evil', 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '127.0.0.1' };
  const list = await ask(`${prefix}${api}/tasks?limit=1`, { headers: forged });
  t.equal(list.status, 200);
  t.match(list.headers.link, new RegExp(`^<${prefix}${api}/`));
};

/** Commands, and what happens, over one connection. */
const socket = async (t: Test, way: Way): Promise<void> => {
  const { task, release } = await waiting(t, way);
  const opened = way.socket(`${api}/ws?taskId=${task.id}`);
  const types: string[] = [];
  for await (const [data] of on(opened, 'message')) {
    const message = JSON.parse(String(data));
    types.push(message.type);
    if (message.type === 'authenticated') opened.send(JSON.stringify({ type: 'checkTargetExists', requestId: 1, targetDir: '/nowhere' }));
    if (message.type === 'checkTargetExistsResult') release();
    if (message.type === 'taskComplete') break;
  }
  opened.close();
  t.equal(types[0], 'authenticated');
  t.ok(types.includes('checkTargetExistsResult') && types.includes('taskStatusChange'), types.join());
};

const largePlan = async (t: Test, { ask, prefix }: Way): Promise<void> => {
  const body = JSON.stringify({ name: 'large', plan: 'ü'.repeat(1_900_000) });
  t.equal((await ask(`${prefix}${api}/tasks`, { method: 'POST', headers: json, body })).status, 201);
};

/** All of it. */
export const holds = async (t: Test, way: Way, daemon: DaemonProcess): Promise<void> => {
  await t.test('streams, and where they are taken up again', (t) => streams(t, way, daemon));
  await t.test('what is followed', (t) => followed(t, way));
  await t.test('the WebSocket', (t) => socket(t, way));
  await t.test('every address leads back by the proxy', (t) => addresses(t, way));
  await t.test('who may call, and what a caller may say', (t) => strangers(t, way));
  await t.test('a large plan', (t) => largePlan(t, way));
};

/** A poll that is asked to wait for longer than most proxies do. */
export const waitsLong = async ({ ask, prefix }: Pick<Way, 'ask' | 'prefix'>, seconds: number): Promise<number> => {
  const made = await ask(`${prefix}${api}/tasks`, { method: 'POST', headers: json, body: '{"name":"n","plan":"p"}' });
  const { id } = JSON.parse(await made.text());
  const answer = await ask(`${prefix}${api}/tasks/${id}/wait?timeout=${seconds}`);
  await answer.text();
  return answer.status;
};
