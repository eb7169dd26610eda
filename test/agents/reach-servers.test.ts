import t from 'tap';
import { reachServers } from '../../src/agents/reach-servers.ts';

void t.test('an agent reaches its own servers past a proxy, and whom else it does is as it was', (t) => {
  const makima = { type: 'http', url: 'http://127.0.0.1:8080/base/mcp' } as const;
  const exceptions = (env: Record<string, string>, servers: Parameters<typeof reachServers>[1] = { makima }): string[] => {
    const { NO_PROXY = '', no_proxy = '', ...rest } = reachServers(env, servers);
    t.same(rest, { HTTP_PROXY: 'http://proxy:1' });
    return [NO_PROXY, no_proxy];
  };
  const env = { HTTP_PROXY: 'http://proxy:1' };
  t.same(exceptions(env), ['127.0.0.1', '127.0.0.1']);
  t.same(exceptions({ ...env, NO_PROXY: '.corp,10.0.0.0/8' }), ['.corp,10.0.0.0/8,127.0.0.1', '.corp,10.0.0.0/8,127.0.0.1']);
  t.same(exceptions({ ...env, no_proxy: 'a', NO_PROXY: 'b' }), ['b,127.0.0.1', 'a,127.0.0.1']);
  for (const known of ['*', 'a, 127.0.0.1', '127.0.0.1']) t.same(exceptions({ ...env, NO_PROXY: known }), [known, known]);
  t.same(exceptions(env, { a: { ...makima, url: 'http://[::1]:80/mcp' }, b: makima }), ['::1,127.0.0.1', '::1,127.0.0.1']);
  t.equal(reachServers(env, null), env);
  t.equal(reachServers(env, { local: { command: 'cat' } }), env, 'what it starts itself is behind no proxy');
  t.end();
});
