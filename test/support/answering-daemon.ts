/**
 * A daemon on the home of MAKIMA_HOME that allows what its agent asks and is killed as soon as its answer is accepted:
 * `answering-daemon.ts AGENT`. Before it answers it stops the run's delivery, so that the agent has not got the answer by then.
 */
import pino from 'pino';
import { loadConfig } from '../../src/config/config.ts';
import { ownerToken } from '../../src/home/token.ts';
import { startApp } from '../../src/main/app.ts';
import { answersWith } from './answering-hook.ts';
import { delivererOf } from './deliverer.ts';

const { config } = loadConfig(process.env, { homedir: process.env['MAKIMA_HOME'] ?? '' });
const token = await ownerToken(config.home);
const app = await startApp({
  config,
  logger: pino({ level: 'silent' }),
  ownerToken: token,
  reached(point) {
    if (point === 'answer accepted') process.kill(process.pid, 'SIGKILL');
  },
  hooks: [
    answersWith({ decision: 'allow' }, ({ run }) => {
      process.kill(delivererOf(run.directory), 'SIGSTOP');
      return Promise.resolve();
    }),
  ],
});
const response = await fetch(`${app.url}/api/v1/mesh/tasks`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'asks', plan: 'ask', start: true }),
});
if (response.status !== 201) throw new Error(await response.text());
