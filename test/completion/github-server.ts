import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Test } from 'tap';

export interface Pull {
  number: number;
  title: string;
  body: string;
  head: string;
  base: string;
}

/** Another owner's repository of which acme/widgets is a fork. */
export interface Upstream {
  owner: string;
  name: string;
  default_branch: string;
}

/** The part of GitHub's REST API that opens, lists and updates pull requests, on this machine. */
export const githubServer = async (
  t: Test,
  token: string,
  upstream: Upstream | null = null,
): Promise<{ url: string; pulls: Pull[]; requests: string[]; refuseWith: (status: number | null) => void }> => {
  const pulls: Pull[] = [];
  const requests: string[] = [];
  let refusal: number | null = null;
  const textOf = async (request: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    return text;
  };
  const [base, headOwner] = upstream === null ? ['acme/widgets', ''] : [`${upstream.owner}/${upstream.name}`, 'acme:'];
  const show = (pull: Pull) => ({
    ...pull,
    html_url: `https://ghe.example/${base}/pull/${pull.number}`,
    head: { ref: pull.head.slice(headOwner.length), user: { login: 'acme' } },
    base: { ref: pull.base },
  });
  const parent =
    upstream === null ? null : { name: upstream.name, owner: { login: upstream.owner }, default_branch: upstream.default_branch };
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      requests.push(`${request.method ?? ''} ${pathname}`);
      const body = JSON.parse((await textOf(request)) || 'null');
      const answer = (status: number, value: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (request.headers.authorization !== `token ${token}`) answer(401, { message: 'Bad credentials' });
      else if (refusal !== null) answer(refusal, { message: 'Validation Failed', errors: [{ message: 'No commits between main and it' }] });
      else if (request.method === 'GET' && pathname === '/api/v3/repos/acme/widgets')
        answer(200, { name: 'widgets', default_branch: 'main', fork: parent !== null, ...(parent !== null && { parent }) });
      else if (request.method === 'GET' && pathname === `/api/v3/repos/${base}`) answer(200, { ...parent, fork: false });
      else if (request.method === 'GET' && pathname === `/api/v3/repos/${base}/pulls`)
        answer(
          200,
          pulls
            .filter(
              ({ head }) => searchParams.get('head') === (headOwner === '' ? `acme:${head}` : head) && searchParams.get('state') === 'open',
            )
            .map(show),
        );
      else if (request.method === 'POST' && pathname === `/api/v3/repos/${base}/pulls`) {
        const pull = { number: pulls.length + 1, title: body.title, body: body.body, head: body.head, base: body.base };
        pulls.push(pull);
        answer(201, show(pull));
      } else if (request.method === 'PATCH') {
        const pull = pulls.find(({ number }) => pathname === `/api/v3/repos/${base}/pulls/${number}`);
        if (pull) Object.assign(pull, body);
        answer(pull ? 200 : 404, pull ? show(pull) : { message: 'Not Found' });
      } else answer(404, { message: 'Not Found' });
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/api/v3`, pulls, requests, refuseWith: (status) => (refusal = status) };
};
